"""Sung words, and the classes that they mean by a table that comes with musicvis."""
