"""Notes: the parts they belong to, the selectors that pick them, and the classes that rules give them."""
