"""The live page: a piece heard and seen while it is written; a server for one user on this machine alone."""
