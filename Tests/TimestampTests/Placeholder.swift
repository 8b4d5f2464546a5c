// Tests of Timestamp.
