"""The cache: results, named by the digest of everything that they are made from."""
