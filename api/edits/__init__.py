"""A piece's own files, changed: fixes, the canonical layout, classes and weights that are pinned."""
