// Tests of PolicyDocuments.
