"""Text and files: YAML with places, limits on what is read, formatting, overrides."""
