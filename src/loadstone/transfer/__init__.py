"""Moving bytes: map, read, cast, slice, prefetch, stream, write. No framework."""
