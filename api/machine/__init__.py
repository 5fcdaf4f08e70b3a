"""This machine: what it has, the weights and soundfonts of its user, and the cache."""
