"""The subjects that can be painted, one file per family; `catalogue.py` lists them all.

A motif is a function from a `Canvas` to a `Surface`, point by point, with no memory:

- height, 0 for far to about 1 for near, decides who wins where classes meet, and takes the light;
- tone, 0 for shadow to 1 for highlight (backgrounds .05 to .35, figures .4 to .85), picks a colour of the
  class's palette. An edge from .9 to .2 runs through the palette: a free coloured outline;
- glow, >= 0, is light of its own.

Figures are laid over a background, back to front (`brush.py`), many of them by outlines (`outlines.py`).
What is alike on both sides is on the seam of a mirror, and what is not beside it, as a pair:
`Motif.seam`.

`traits` are constants of the class in [0, 1), `controls` come from the noise with unit variance. Whoever
writes a motif should know the traps. A texture looked up by angle needs an integer number of repeats, or a
seam shows at the left. A denominator that may reach 0 at one pixel needs a clamp, as the blur spreads one
NaN. Fine waves must fade before a pixel is wider than half a wave. A control that bends a fine lattice
makes it far more nervous than the rest: keep its gain under about .35.
"""
