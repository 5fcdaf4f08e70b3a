"""The units that numbers carry across files.

Score time is exact: `Quarters` counts quarter notes and `ExactSeconds` seconds, both as fractions.
`Seconds` is the float that a renderer works with; frames and samples are integers.
"""

from fractions import Fraction
from typing import NewType

Quarters = NewType("Quarters", Fraction)
ExactSeconds = NewType("ExactSeconds", Fraction)
Seconds = NewType("Seconds", float)
Frame = NewType("Frame", int)
Sample = NewType("Sample", int)
