"""Parameters that a lane may move, except those of effects: one table for the picture and one for a bus.

Readers, the compiler, the renderers, the JSON Schema and docs/language.md take names, units, ranges and
defaults from here. The parameters of effects are in plugins.py.
"""

from dataclasses import dataclass

from ..values.units import Unit

TURNS_MOST_DEG = 3600.0
TURNS_AROUND_HEAD_MOST_DEG = 360_000.0
NEAREST, FARTHEST = 0.25, 8.0
"""Distances of a bus: 12 dB louder to 18 dB softer than at 1."""
PAN_MOST = 2.0
"""The furthest pan, in half heights. Beyond it the land of the embedded generator begins to repeat."""
LOUDEST = 10.0 ** (24 / 20)
DEGREES, TIMES = "°", "x"
FINISH = "finish"
"""The control of parameters that act on finished images of any generator: renderers/picture/tone.py."""


@dataclass(frozen=True, slots=True)
class PictureParameter:
    """A parameter of the picture that a lane can move.

    name      as a lane writes it; a name in `visuals` is a key of the manifest, too
    default   the value that changes nothing, which the manifest's own value replaces
    low, high the range of a lane, both included
    says      what it is, for the schema and the manual
    field     its name in Visuals, or in the block that steers each frame; empty for what no key of the
              manifest sets
    control   what steers each frame by it: one of a generator's CONTROLS, or FINISH for what is done to every
              finished image; empty where it does not steer frames
    reads     the word under which a report names it where a segment is made again; a new parameter has a word
              of its own, so that films without it are not rendered again
    example   for the schema
    is_ratio  whether it is a factor, to which a note adds a share
    sign      what the live page writes behind its values
    """

    name: str
    unit: Unit
    default: float
    low: float
    high: float
    says: str
    field: str = ""
    control: str = ""
    reads: str = ""
    example: float = 0.0
    is_ratio: bool = False
    sign: str = ""


PICTURE: tuple[PictureParameter, ...] = (
    PictureParameter(
        "visuals.depth", Unit.SHARE, 0.8, 0.0, 1.0, "How much of its class a note shows.", "depth"
    ),
    PictureParameter(
        "visuals.truncation",
        Unit.NUMBER,
        1.0,
        0.0,
        2.0,
        "How far the images may differ from typical ones.",
        "truncation",
    ),
    PictureParameter(
        "visuals.hue",
        Unit.NUMBER,
        0.0,
        -TURNS_MOST_DEG,
        TURNS_MOST_DEG,
        "Turns all colours around the colour wheel by this angle, in degrees.",
        "hue_deg",
        "hue",
        "hue",
        30,
        sign=DEGREES,
    ),
    PictureParameter(
        "visuals.zoom",
        Unit.SHARE,
        1.0,
        # Further away an image shows itself many times over, closer it is mush.
        0.5,
        4.0,
        "How close the camera is: at 2 everything is twice as large.",
        "zoom",
        "zoom",
        "camera",
        1.25,
        is_ratio=True,
        sign=TIMES,
    ),
    PictureParameter(
        "visuals.rotation",
        Unit.NUMBER,
        0.0,
        -TURNS_MOST_DEG,
        TURNS_MOST_DEG,
        "Turns the picture clockwise, in degrees.",
        "rotation_deg",
        "rotation",
        "camera",
        -10,
        sign=DEGREES,
    ),
    PictureParameter(
        "visuals.exposure",
        Unit.SHARE,
        1.0,
        0.1,
        4.0,
        "Brightness of the picture, as a factor of its light.",
        "exposure",
        "exposure",
        "light",
        1.2,
        is_ratio=True,
    ),
    PictureParameter(
        "visuals.bloom",
        Unit.SHARE,
        1.0,
        0.0,
        4.0,
        "How far bright areas glow into their surroundings; only the embedded generator has it.",
        "bloom",
        "bloom",
        "light",
        1.5,
        is_ratio=True,
    ),
    PictureParameter(
        "visuals.contrast",
        Unit.SHARE,
        1.0,
        0.0,
        2.0,
        "Contrast of the finished picture, around its middle grey.",
        "contrast",
        FINISH,
        "tone",
        example=1.1,
        is_ratio=True,
    ),
    PictureParameter(
        "visuals.saturation",
        Unit.SHARE,
        1.0,
        0.0,
        2.0,
        "How colourful the finished picture is: 0 is grey.",
        "saturation",
        FINISH,
        "tone",
        example=0.8,
        is_ratio=True,
    ),
    PictureParameter(
        "visuals.pan_x",
        Unit.NUMBER,
        0.0,
        -PAN_MOST,
        PAN_MOST,
        "The camera moved to the right, in half heights of the square; in the mirrored format towards the "
        "middle.",
        "pan_x",
        "pan",
        "camera",
        0.2,
    ),
    PictureParameter(
        "visuals.pan_y",
        Unit.NUMBER,
        0.0,
        -PAN_MOST,
        PAN_MOST,
        "Moves the camera down, in half heights of the square.",
        "pan_y",
        "pan",
        "camera",
        -0.1,
    ),
    PictureParameter(
        "visuals.light.azimuth",
        Unit.NUMBER,
        0.0,
        -TURNS_MOST_DEG,
        TURNS_MOST_DEG,
        "Turns the lamp clockwise from the upper left, in degrees.",
        "lamp_azimuth_deg",
        "light",
        "light",
        60,
        sign=DEGREES,
    ),
    PictureParameter(
        "visuals.light.height",
        Unit.NUMBER,
        0.0,
        -60.0,
        60.0,
        "Raises the lamp, in degrees. A low lamp gives long shadows, a high lamp flat light.",
        "lamp_height_deg",
        "light",
        "light",
        -20,
        sign=DEGREES,
    ),
    PictureParameter(
        "visuals.motion.amount",
        Unit.NUMBER,
        0.5,
        0.0,
        100.0,
        "How far the picture moves each second.",
        "motion.amount",
    ),
    PictureParameter(
        "visuals.motion.jitter",
        Unit.SHARE,
        0.5,
        0.0,
        1.0,
        "How irregularly the picture moves.",
        "motion.jitter",
    ),
    PictureParameter("video.brightness", Unit.SHARE, 1.0, 0.0, 1.0, "Brightness of the film; 0 is black."),
)

STEERED = tuple(parameter for parameter in PICTURE if parameter.control)
"""The parameters that control camera, colour and light of each frame."""
NEUTRAL = {parameter.field: parameter.default for parameter in STEERED}
"""Their fields, each with its neutral value."""


@dataclass(frozen=True, slots=True)
class BusParameter:
    """A parameter of a bus that a lane can move: `BUS` itself if `ending` is empty, or `BUS.ending`."""

    ending: str
    unit: Unit
    default: float
    low: float
    high: float
    says: str
    sign: str = ""


EAR = BusParameter(
    "", Unit.NUMBER, 0.0, -1.0, 1.0, "Its place between the ears: -1 is left, 0 the middle, 1 right."
)
AZIMUTH = BusParameter(
    "azimuth",
    Unit.NUMBER,
    0.0,
    -TURNS_AROUND_HEAD_MOST_DEG,
    TURNS_AROUND_HEAD_MOST_DEG,
    "Its place around the head, in degrees clockwise from the front.",
    DEGREES,
)
ELEVATION = BusParameter(
    "elevation", Unit.NUMBER, 0.0, -90.0, 90.0, "How high it stands, in degrees above the horizon.", DEGREES
)
DISTANCE = BusParameter(
    "distance", Unit.NUMBER, 1.0, NEAREST, FARTHEST, "How far away it stands; 1 is as recorded.", TIMES
)
GAIN = BusParameter("gain", Unit.GAIN, 1.0, 0.0, LOUDEST, "Its level, instead of the written gain.")
SEND = BusParameter("sends.RETURN", Unit.GAIN, 0.0, 0.0, LOUDEST, "The level that it sends to a return.")
BUS: tuple[BusParameter, ...] = (EAR, AZIMUTH, ELEVATION, DISTANCE, GAIN, SEND)
"""The parameters of a return: only its gain."""
PLACES = (AZIMUTH, ELEVATION, DISTANCE)
"""The parameters that place a bus around the head."""
