"""Subjects: the classes of a generator by name, and the pictures of the piece."""
