// The ways in.
