"""This machine: its capabilities, the user's weights and soundfonts, and the cache."""
