"""The effects of chains: one table of plugins and parameters for schema, checks and sound.

Values are in base units: hertz, decibels, seconds, shares 0..1. A choice is its index in `choices`.
"""

from dataclasses import dataclass

from ..values.units import Unit


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an effect: `low`..`high` inclusive, in base units; `attribute` is pedalboard's name.

    pedalboard's value is ours times `attribute_scale` (attack_ms = 1000 · attack). `automatable` says
    whether a lane may move it.
    """

    name: str
    unit: Unit
    default: float
    low: float
    high: float
    description: str
    attribute: str = ""
    attribute_scale: float = 1.0
    automatable: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plugin:
    """An effect: `pedalboard_class` is the class that implements it, empty if musicvis does."""

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    pedalboard_class: str = ""
    main: str = ""
    """The parameter that a bare value sets: `gain: -6 dB`."""

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, or None."""
        return next((p for p in self.parameters if p.name == name), None)


def _cutoff(default: float) -> Parameter:
    return Parameter(
        "cutoff", Unit.HERTZ, default, 20.0, 20_000.0, "Corner frequency.", "cutoff_frequency_hz"
    )


def _shelf(name: str, pedalboard_class: str, description: str) -> Plugin:
    return Plugin(
        name,
        description,
        (
            _cutoff(440.0),
            Parameter("gain", Unit.DECIBELS, 0.0, -48.0, 48.0, "Boost or cut.", "gain_db"),
            Parameter("q", Unit.NUMBER, 0.7071, 0.05, 50.0, "Sharpness of the corner or bell.", "q"),
        ),
        pedalboard_class,
    )


_MIX = Parameter("mix", Unit.SHARE, 0.5, 0.0, 1.0, "Share of the effect in the output.", "mix")
_FEEDBACK = Parameter("feedback", Unit.SHARE, 0.0, -0.98, 0.98, "Share of the output fed back.", "feedback")
_RELEASE = Parameter(
    "release", Unit.SECONDS, 0.1, 0.001, 5.0, "Time to let go after a peak.", "release_ms", 1000.0
)
# JUCE takes a modulation rate below 100 Hz.
_RATE = Parameter("rate", Unit.RATE, 1.0, 0.0, 99.0, "Speed of the modulation.", "rate_hz")

PLUGINS: tuple[Plugin, ...] = (
    Plugin(
        "tremolo",
        "Loudness that rises and falls.",
        (
            Parameter("rate", Unit.RATE, 6.0, 0.0, 99.0, "How often per second, or per beat: `2/b`."),
            Parameter("depth", Unit.SHARE, 0.33, 0.0, 1.0, "How far it dips: 1 reaches silence."),
            Parameter(
                "shape",
                Unit.CHOICE,
                0.0,
                0.0,
                2.0,
                "Shape of the rise and fall.",
                automatable=False,
                choices=("sine", "triangle", "square"),
            ),
        ),
    ),
    Plugin(
        "reverb",
        "A room around the sound.",
        (
            Parameter("room_size", Unit.SHARE, 0.5, 0.0, 1.0, "Small box 0 to vast hall 1.", "room_size"),
            Parameter("damping", Unit.SHARE, 0.5, 0.0, 1.0, "How soon the highs die away.", "damping"),
            Parameter("wet", Unit.SHARE, 0.33, 0.0, 1.0, "Level of the room.", "wet_level"),
            Parameter("dry", Unit.SHARE, 0.4, 0.0, 1.0, "Level of the direct sound.", "dry_level"),
            Parameter("width", Unit.SHARE, 1.0, 0.0, 1.0, "Stereo width of the room.", "width"),
        ),
        "Reverb",
    ),
    Plugin(
        "reverb_sox",
        "The reverb of the program sox: `sox IN OUT reverb 60 50 55` is 60%, 50%, 55%.",
        (
            Parameter("reverberance", Unit.SHARE, 0.5, 0.0, 1.0, "How long it rings.", automatable=False),
            Parameter(
                "damping", Unit.SHARE, 0.5, 0.0, 1.0, "How soon the highs die away.", automatable=False
            ),
            Parameter("room_scale", Unit.SHARE, 1.0, 0.0, 1.0, "Size of the room.", automatable=False),
            Parameter(
                "stereo_depth",
                Unit.SHARE,
                1.0,
                0.0,
                1.0,
                "How much left and right differ.",
                automatable=False,
            ),
            Parameter(
                "pre_delay",
                Unit.SECONDS,
                0.0,
                0.0,
                0.5,
                "Silence before the reverb begins.",
                automatable=False,
            ),
            Parameter("wet_gain", Unit.DECIBELS, 0.0, -60.0, 10.0, "Level of the room."),
            Parameter("dry", Unit.SHARE, 1.0, 0.0, 1.0, "Level of the direct sound."),
        ),
    ),
    Plugin(
        "gain",
        "Louder or softer.",
        (Parameter("gain", Unit.DECIBELS, 0.0, -96.0, 24.0, "Decibels up or down.", "gain_db"),),
        main="gain",
    ),
    Plugin("highpass", "Removes low frequencies.", (_cutoff(50.0),), "HighpassFilter", main="cutoff"),
    Plugin("lowpass", "Removes high frequencies.", (_cutoff(8000.0),), "LowpassFilter", main="cutoff"),
    _shelf("lowshelf", "LowShelfFilter", "Lifts or lowers everything below a corner."),
    _shelf("highshelf", "HighShelfFilter", "Lifts or lowers everything above a corner."),
    _shelf("peak", "PeakFilter", "Lifts or lowers a band around a frequency."),
    Plugin(
        "compressor",
        "Evens out loud and soft.",
        (
            Parameter(
                "threshold", Unit.DECIBELS, -18.0, -96.0, 0.0, "Where it begins to act.", "threshold_db"
            ),
            Parameter("ratio", Unit.NUMBER, 2.0, 1.0, 100.0, "dB in for one dB out above it.", "ratio"),
            Parameter("attack", Unit.SECONDS, 0.01, 0.0001, 1.0, "Time to take hold.", "attack_ms", 1000.0),
            _RELEASE,
        ),
        "Compressor",
    ),
    Plugin(
        "chorus",
        "Makes one player sound like several.",
        (
            _RATE,
            Parameter("depth", Unit.SHARE, 0.25, 0.0, 1.0, "How far the pitch wavers.", "depth"),
            Parameter(
                "centre_delay",
                Unit.SECONDS,
                0.007,
                0.001,
                0.1,
                "Delay around which it wavers.",
                "centre_delay_ms",
                1000.0,
                automatable=False,
            ),
            _FEEDBACK,
            _MIX,
        ),
        "Chorus",
    ),
    Plugin(
        "phaser",
        "A sweeping comb filter.",
        (
            _RATE,
            Parameter("depth", Unit.SHARE, 0.5, 0.0, 1.0, "How far it sweeps.", "depth"),
            Parameter(
                "centre", Unit.HERTZ, 1300.0, 20.0, 20_000.0, "Middle of the sweep.", "centre_frequency_hz"
            ),
            _FEEDBACK,
            _MIX,
        ),
        "Phaser",
    ),
    Plugin(
        "delay",
        "Echoes.",
        (
            Parameter(
                "time",
                Unit.SECONDS,
                0.5,
                0.0,
                30.0,
                "Time from one echo to the next.",
                "delay_seconds",
                # Stepping the delay line leaves spurs at -43 dBc.
                automatable=False,
            ),
            Parameter("feedback", Unit.SHARE, 0.0, 0.0, 0.98, "How many echoes follow.", "feedback"),
            _MIX,
        ),
        "Delay",
    ),
    Plugin(
        "distortion",
        "Overdrive.",
        (Parameter("drive", Unit.DECIBELS, 25.0, 0.0, 60.0, "How hard it is driven.", "drive_db"),),
        "Distortion",
        main="drive",
    ),
    Plugin(
        "limiter",
        "Holds peaks below a threshold, then raises the level to it.",
        (
            Parameter("threshold", Unit.DECIBELS, -10.0, -60.0, 0.0, "The level, in dBFS.", "threshold_db"),
            _RELEASE,
        ),
        "Limiter",
    ),
)

VST3 = "vst3"
"""The link that hosts a plugin of the user's: its parameters are not in this table."""


def plugin(name: str) -> Plugin | None:
    """The plugin of that name, or None."""
    return next((p for p in PLUGINS if p.name == name), None)
