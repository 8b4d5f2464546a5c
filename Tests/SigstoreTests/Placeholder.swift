// Tests of Sigstore.
