"""Generators that `musicvis train` made: a decoder, and the codes of the pictures that it learned."""
