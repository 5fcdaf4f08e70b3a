"""Turns the generator's square into the finished frame."""
