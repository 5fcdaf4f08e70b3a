"""docs/errors.md out of the table of codes: all codes at a glance, what a check looks for, a page for each.

python docs/make_errors.py writes it; tests/test_docs.py holds it equal.
"""

from pathlib import Path

from musicvis.dsl.findings.codes import CODES, code_page

TARGET = Path(__file__).parent / "errors.md"

GROUPS = (
    ("MV0", "Files"),
    ("MV1", "Text and values"),
    ("MV2", "The form of a piece"),
    ("MV3", "The meaning of a piece, with its score"),
    ("MV4", "Scores"),
    ("MV5", "Sound"),
    ("MV60", "Budgets"),
    ("MV61", "Generators of one's own"),
    ("MV62", "Training"),
    ("MV63", "Layers"),
    ("MV65", "Titles, words and endings"),
    ("MV66", "The engraved score"),
    ("MV67", "What notes play"),
    ("MV68", "Bridges from and to other programs"),
    ("MV69", "Subjects"),
    ("MV70", "Films and files for other programs"),
    ("MV71", "Own videos"),
    ("MV72", "Own pictures"),
    ("MV9", "The machine"),
)

RULES = (
    ("syntax: YAML 1.2 without anchors and tags, no key twice", "", "MV101 MV103 MV104 MV107 MV108 MV109"),
    ("limits on text, values, depth", "", "MV005 MV105 MV106"),
    ("unknown key, kind of value, word", "E-SCHEMA, W-UNUSED", "MV201 MV202 MV204 MV205 MV208 MV210"),
    ("missing key", "E-MISSING", "MV203 MV209"),
    ("not a number, or out of range", "E-NAN", "MV106 MV206"),
    ("bar outside the score", "E-BAR", "MV301"),
    ("beat outside the bar", "E-BEAT", "MV302"),
    ("unknown mark, pass or offset", "", "MV303 MV304 MV305"),
    ("end before start", "E-ORDER", "MV214 MV306 MV312"),
    ("segments that overlap", "E-OVERLAP", "MV313"),
    ("number of cycles", "E-CYCLES", "MV206 MV316"),
    ("lane for an unknown bus or parameter", "E-PART, E-PARAM", "MV310 MV311 MV320 MV321"),
    ("geometric glide through zero", "E-SIGN", "MV315"),
    ("jump, of a point or of a sawtooth", "W-JUMP", "MV344"),
    ("gap between segments", "W-GAP", "MV314"),
    ("value brought into its range", "W-CLIP", "MV231"),
    ("`ear_mid` or `ear_f` where the shape does not read it", "W-EARMID", "MV230"),
    ("part of a cycle in the original form", "W-CYCLES", "MV232"),
    ("metre that changes inside a bar, or in one staff", "W-METRE", "MV455 MV457"),
    ("glide in seconds across a change of tempo", "W-TEMPO", "MV345"),
    ("ear faster than 50 per second", "W-FAST", "MV346"),
    ("segment under a millisecond", "W-SHORT", "MV347"),
    ("lane that does not reach the end, or passes it", "W-NOEND", "MV343 MV348"),
    ("ring-out cut off", "W-TAIL", "MV349"),
    ("lane that moves while its bus is silent", "", "MV342"),
    ("rule that matches no note", "", "MV340"),
    ("class that is never shown, unknown or ambiguous", "", "MV330 MV331 MV332 MV341"),
    ("stem of another length than the score", "W-STEM", "MV322 MV325"),
    ("recording: rate, channels, damage, samples", "W-STEM", "MV501 MV502 MV503 MV504"),
    ("silent recording", "W-STEM-SILENT", "MV326"),
    ("`score.expect` not met", "", "MV324"),
    ("file missing, unreadable, outside the piece", "", "MV001 MV002 MV003 MV004 MV006 MV008"),
    ("score that cannot be read, or not to its end", "E-MIDI", "MV400 to MV412"),
)
"""What a check looks for, the name of the rule in the audio specification, and its codes."""


def errors_text() -> str:
    """The whole document."""
    parts = [
        "# Findings\n",
        "Made from `dsl/findings/codes.toml` by `python docs/make_errors.py`; do not edit it by hand.\n",
        "`musicvis check` reports findings. Errors stop a compile; warnings and notes do not. Each finding\n"
        "has a code whose meaning never changes. `musicvis explain MV344` prints its entry on this page.\n"
        "`musicvis check --strict` also fails on warnings. `--select` and `--ignore` take codes or their\n"
        "beginnings: `MV344,MV4`.\n",
        "A comment hides a finding that you accept. Write it on the line of the finding, or alone on the\n"
        "line above:\n",
        "```yaml\n- {at: 5|1, from: -0.2, to: 0}   # musicvis: ignore[MV344]\n```\n",
        "## All codes\n",
        "| code | finding | severity |\n|---|---|---|",
        *(
            f"| [{code}](#{anchor(code)}) | {entry.title} | {entry.severity} |"
            for code, entry in CODES.items()
        ),
        "",
        "## What a check looks for\n",
        "| rule | name in the audio specification | codes |\n|---|---|---|",
        *(f"| {rule} | {name} | {codes} |" for rule, name, codes in RULES),
        "",
    ]
    for prefix, title in GROUPS:
        parts.append(f"## {title}\n")
        parts += [code_page(code) for code in CODES if code.startswith(prefix)]
    return "\n".join(parts).rstrip() + "\n"


def anchor(code: str) -> str:
    """The name by which a Markdown reader links to the heading of a code."""
    entry = CODES[code]
    heading = f"{code} {entry.title} ({entry.severity})".lower()
    return "".join(c for c in heading if c.isalnum() or c in " -").replace(" ", "-")


if __name__ == "__main__":
    TARGET.write_text(errors_text(), encoding="utf-8")
