"""Things that were made before: kept by the digest of all that they were made from."""
