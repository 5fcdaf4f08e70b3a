"""Effect chains: what a bus goes through."""
