"""The network on a CPU: in pieces that stay in the cache from one operation to the next."""
