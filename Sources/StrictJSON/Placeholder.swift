// JSON bytes in one pass to a flat tape of offsets.
