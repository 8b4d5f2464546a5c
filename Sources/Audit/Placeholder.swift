// The append-only decision log and its evidence.
