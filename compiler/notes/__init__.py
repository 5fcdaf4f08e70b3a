"""Notes: the parts they belong to, the selectors that pick them, the classes and rules they get."""
