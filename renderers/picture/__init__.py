"""From the generator's square to the finished frame."""
