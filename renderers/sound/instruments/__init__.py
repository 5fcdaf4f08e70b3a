"""The instruments of the embedded synthesiser: one note in, one voice out, a family to a file."""
