"""Values that the store keeps: keys, types, files, arrays."""
