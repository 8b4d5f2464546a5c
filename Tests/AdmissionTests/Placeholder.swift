// Tests of Admission.
