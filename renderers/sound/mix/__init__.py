"""The mix: buses rendered, routed and added."""
