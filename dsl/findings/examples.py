"""What provokes a code, and the same mended: fragments of a manifest, or of an effects.json, for its page.

tests/cli/test_examples.py checks each of them beside a waltz of four bars: the first must give the code, the
second must not.
"""

OLD = '{"vibes": ['
"""An example that begins so is a file of the original form."""

EXAMPLES: dict[str, tuple[str, str]] = {
    "MV001": (
        "score: walzer.mid",
        "score: waltz.mid",
    ),
    "MV002": (
        "score: ../waltz.mid",
        "score: waltz.mid",
    ),
    "MV008": (
        "score: waltz.pdf",
        "score: waltz.mid",
    ),
    "MV101": (
        "video: {fps: [}, size: ]",
        "video: {fps: 30}",
    ),
    "MV102": (
        "effects: {vibes: [{at: 2.10, to: 1}]}",
        "effects: {vibes: [{at: 2|1, to: 1}]}",
    ),
    "MV103": (
        "seed: 1\nseed: 2",
        "seed: 2",
    ),
    "MV104": (
        "title: &name Waltz",
        "title: Waltz",
    ),
    "MV106": (
        "seed: 007",
        "seed: 7",
    ),
    "MV107": (
        "? [seed]\n: 1",
        "seed: 1",
    ),
    "MV108": (
        "seed: 1\n---\nseed: 2",
        "seed: 2",
    ),
    "MV110": (
        "effects: {vibes: [{at: bar two, to: 1}]}",
        "effects: {vibes: [{at: 2|1, to: 1}]}",
    ),
    "MV111": (
        "visuals: {rules: [{where: {range: 1 to 2}, kick: 2}]}",
        "visuals: {rules: [{where: {range: 1..2}, kick: 2}]}",
    ),
    "MV112": (
        "visuals: {envelope: {release: 3}}",
        "visuals: {envelope: {release: 3b}}",
    ),
    "MV113": (
        "visuals: {depth: 3 Hz}",
        "visuals: {depth: 50%}",
    ),
    "MV114": (
        "visuals: {rules: [{where: {pitch: H}, kick: 2}]}",
        "visuals: {rules: [{where: {pitch: C}, kick: 2}]}",
    ),
    "MV115": (
        "video: {fps: fast}",
        "video: {fps: 30000/1001}",
    ),
    "MV120": (
        "visuals:\n  depth: 0.8\n   truncation: 0.9",
        "visuals:\n  depth: 0.8\n  truncation: 0.9",
    ),
    "MV121": (
        "visuals:\n  depth:0.8",
        "visuals:\n  depth: 0.8",
    ),
    "MV122": (
        'title: "Waltz',
        'title: "Waltz"',
    ),
    "MV123": (
        "visuals: {depth: 0,8}",
        "visuals: {depth: 0.8}",
    ),
    "MV124": (
        "visuals\n  depth: 0.8",
        "visuals:\n  depth: 0.8",
    ),
    "MV125": (
        "effects: {vibes: [{at: 1 to: 0.5}]}",
        "effects: {vibes: [{at: 1, to: 0.5}]}",
    ),
    "MV201": (
        "video: {frame: miror}",
        "video: {frame: mirror}",
    ),
    "MV202": (
        "video: {frames: 30}",
        "video: {fps: 30}",
    ),
    "MV203": (
        "effects: {vibes: [{to: 1}]}",
        "effects: {vibes: [{at: 2|1, to: 1}]}",
    ),
    "MV204": (
        "visuals: {rules: none}",
        "visuals: {rules: []}",
    ),
    "MV205": (
        "video: {size: 1920*1080}",
        "video: {size: 1920x1080}",
    ),
    "MV206": (
        "visuals: {depth: 120%}",
        "visuals: {depth: 100%}",
    ),
    "MV207": (
        "musicvis: 2",
        "musicvis: 1",
    ),
    "MV208": (
        'title: ""',
        "title: Waltz",
    ),
    "MV209": (
        "effects: {vibes: [{at: 2|1, to: 1, hold: 1}]}",
        "effects: {vibes: [{at: 2|1, to: 1}]}",
    ),
    "MV210": (
        "effects: {vibes: [{at: 2|1, hold: 0, shape: sine}]}",
        "effects: {vibes: [{at: 2|1, hold: 0}]}",
    ),
    "MV211": (
        "audio: {buses: {vibes: {chain: [hall]}}}",
        "audio: {chains: {hall: [{reverb: {wet: 30%}}]}, buses: {vibes: {chain: [hall]}, marimba: {}}}",
    ),
    "MV212": (
        "audio: {chain: [{label: a, gain: -6 dB}, {label: a, gain: 3 dB}]}",
        "audio: {chain: [{label: a, gain: -6 dB}, {label: b, gain: 3 dB}]}",
    ),
    "MV213": (
        "audio: {chains: {a: [b], b: [a]}}",
        "audio: {chains: {a: [b], b: [{gain: -6 dB}]}}",
    ),
    "MV214": (
        "effects: {vibes: [{at: 3|1, hold: 0}, {at: 2|1, hold: 0}]}",
        "effects: {vibes: [{at: 2|1, hold: 0}, {at: 3|1, hold: 0}]}",
    ),
    "MV216": (
        "seed: 1  # musicvis: ignore[MV344]",
        "seed: 1",
    ),
    "MV230": (
        OLD + '{"effect": "straight", "m1": 1, "b1": 1, "m2": 4, "b2": 1, "ear_i": 0, "ear_mid": 0.5},\n'
        '{"effect": "straight", "m1": 4, "b1": 1, "m2": "end", "ear_i": 0.5}]}',
        OLD + '{"effect": "straight", "m1": 1, "b1": 1, "m2": 4, "b2": 1, "ear_i": 0, "ear_f": 0.5},\n'
        '{"effect": "straight", "m1": 4, "b1": 1, "m2": "end", "ear_i": 0.5}]}',
    ),
    "MV231": (
        "effects: {vibes: [{at: 1|1, to: 1.5}]}",
        "effects: {vibes: [{at: 1|1, to: 1}]}",
    ),
    "MV232": (
        OLD + '{"effect": "sawtooth", "m1": 1, "b1": 1, "m2": 4, "b2": 1,\n'
        '"ear_i": 0, "ear_f": 0.02, "cycles": 2.5},\n'
        '{"effect": "straight", "m1": 4, "b1": 1, "m2": "end", "ear_i": 0.01}]}',
        OLD + '{"effect": "sawtooth", "m1": 1, "b1": 1, "m2": 4, "b2": 1,\n'
        '"ear_i": 0, "ear_f": 0.02, "cycles": 2},\n'
        '{"effect": "straight", "m1": 4, "b1": 1, "m2": "end", "ear_i": 0.02}]}',
    ),
    "MV301": (
        "effects: {vibes: [{at: 9|1, to: 1}]}",
        "effects: {vibes: [{at: 2|1, to: 1}]}",
    ),
    "MV302": (
        "effects: {vibes: [{at: 2|5, to: 1}]}",
        "effects: {vibes: [{at: 2|3, to: 1}]}",
    ),
    "MV303": (
        'effects: {vibes: [{at: "@Trio", to: 1}]}',
        "effects: {vibes: [{at: 3|1, to: 1}]}",
    ),
    "MV304": (
        "effects: {vibes: [{at: 2@2|1, to: 1}]}",
        "effects: {vibes: [{at: 2|1, to: 1}]}",
    ),
    "MV305": (
        "video: {post: [{at: end-60s, fade_out: 1s}]}",
        "video: {post: [{at: end-2s, fade_out: 1s}]}",
    ),
    "MV306": (
        "visuals: {rules: [{where: {range: 2|4..3|1}, kick: 2}]}",
        "visuals: {rules: [{where: {range: 2|3..3|1}, kick: 2}]}",
    ),
    "MV310": (
        "effects: {vibe: [{at: 2|1, to: 1}]}",
        "effects: {vibes: [{at: 2|1, to: 1}]}",
    ),
    "MV311": (
        "effects: {vibes: {mirror: marimba}}",
        "effects: {vibes: {mirror: marimba}, marimba: [{at: 2|1, to: 1}]}",
    ),
    "MV312": (
        OLD + '{"effect": "straight", "m1": 2, "b1": 1, "m2": 1, "b2": 1, "ear_i": 0}]}',
        OLD + '{"effect": "straight", "m1": 2, "b1": 1, "m2": "end", "ear_i": 0}]}',
    ),
    "MV313": (
        OLD + '{"effect": "none", "m1": 1, "b1": 1, "m2": 3, "b2": 1},\n'
        '{"effect": "none", "m1": 2, "b1": 1, "m2": "end"}]}',
        OLD + '{"effect": "none", "m1": 1, "b1": 1, "m2": 2, "b2": 1},\n'
        '{"effect": "none", "m1": 2, "b1": 1, "m2": "end"}]}',
    ),
    "MV314": (
        OLD + '{"effect": "none", "m1": 1, "b1": 1, "m2": 2, "b2": 1},\n'
        '{"effect": "none", "m1": 3, "b1": 1, "m2": "end"}]}',
        OLD + '{"effect": "none", "m1": 1, "b1": 1, "m2": 3, "b2": 1},\n'
        '{"effect": "none", "m1": 3, "b1": 1, "m2": "end"}]}',
    ),
    "MV315": (
        "effects: {vibes: [{at: 1|1, from: 0, to: 1, shape: geometric}]}",
        "effects: {vibes: [{at: 1|1, from: 0.1, to: 1, shape: geometric}]}",
    ),
    "MV316": (
        "effects: {vibes: [{at: 1|1, from: 0, to: 0.001, shape: sine, cycles: 60000},\n"
        "  {at: 2|1, from: 0, to: 0.001, shape: sine, cycles: 60000}]}",
        "effects: {vibes: [{at: 1|1, from: 0, to: 0.001, shape: sine, cycles: per_beat},\n"
        "  {at: 2|1, from: 0, to: 0.001, shape: sine, cycles: per_beat}]}",
    ),
    "MV320": (
        "visuals: {rules: [{where: {part: violin}, kick: 2}]}",
        "visuals: {rules: [{where: {part: vibes}, kick: 2}]}",
    ),
    "MV321": (
        "parts: {bells: {tracks: Glock*}, wood: {tracks: Mar*}}",
        "parts: {bells: {tracks: Vibe*}, wood: {tracks: Mar*}}",
    ),
    "MV324": (
        "score: {file: waltz.mid, expect: {bars: 5}}",
        "score: {file: waltz.mid, expect: {bars: 4}}",
    ),
    "MV330": (
        "visuals: {classes: {C: crane, other: shoji}}",
        "visuals: {classes: {C: 134, other: shoji}}",
    ),
    "MV331": (
        "visuals: {classes: {C: violon, other: shoji}}",
        "visuals: {classes: {C: violin, other: shoji}}",
    ),
    "MV332": (
        'visuals: {classes: {C: "1000"}}',
        'visuals: {classes: {C: "999", other: shoji}}',
    ),
    "MV340": (
        'visuals: {rules: [{where: {pitch: ">=C8"}, kick: 2}]}',
        'visuals: {rules: [{where: {pitch: ">=C4"}, kick: 2}]}',
    ),
    "MV341": (
        "visuals: {classes: {C: drum, F#: screen, other: shoji}}",
        "visuals: {classes: {C: drum, other: shoji}}",
    ),
    "MV342": (
        "effects: {marimba: [{at: 1|1, to: 0.5}, {at: 1|2, hold: 0.5}]}",
        "effects: {marimba: [{at: 1|1, hold: 0}, {at: 3|1, to: 0.5}]}",
    ),
    "MV343": (
        "effects: {vibes: [{at: end, hold: 0}]}",
        "effects: {vibes: [{at: 4|3, hold: 0}]}",
    ),
    "MV344": (
        "effects: {vibes: [{at: 2|1, from: 0.5, to: 0}]}",
        "effects: {vibes: [{at: 1|1, to: 0.5}, {at: 2|1, to: 0}]}",
    ),
    "MV345": (
        "effects: {vibes: [{at: 2|1, to: 0.5, domain: seconds}]}",
        "effects: {vibes: [{at: 2|1, to: 0.5}]}",
    ),
    "MV346": (
        "effects: {vibes: [{at: 1|1, from: -1, to: 1, shape: sine, cycles: 200}]}",
        "effects: {vibes: [{at: 1|1, from: -1, to: 1, shape: sine, cycles: 20}]}",
    ),
    "MV347": (
        "effects: {vibes: [{at: 2|1, hold: 0}, {at: 2|1.001, to: 1}]}",
        "effects: {vibes: [{at: 2|1, to: 1}]}",
    ),
    "MV348": (
        OLD + '{"effect": "none", "m1": 1, "b1": 1, "m2": 3, "b2": 1}]}',
        OLD + '{"effect": "none", "m1": 1, "b1": 1, "m2": "end"}]}',
    ),
    "MV349": (
        "score: {file: waltz.mid, tail: 0s}",
        "score: {file: waltz.mid, tail: 3s}",
    ),
    "MV350": (
        "visuals: {classes: {C: drum}}",
        "visuals: {classes: {C: drum, other: seashore}}",
    ),
    "MV351": (
        "visuals: {rules: [{where: {pitch: C}, kick: 2}, {where: {part: '*'}, kick: 0.5}]}",
        "visuals: {rules: [{where: {part: '*'}, kick: 0.5}, {where: {pitch: C}, kick: 2}]}",
    ),
    "MV352": (
        "parts: {bells: {tracks: Vibe*}}",
        "parts: {bells: {tracks: Vibe*}, wood: {tracks: Marimba*}}",
    ),
    "MV353": (
        "audio: {buses: {vibes: {}}}",
        "audio: {buses: {vibes: {}, marimba: {}}}",
    ),
    "MV354": (
        "audio: {returns: {room: {chain: [{reverb: {}}]}}}",
        "audio: {returns: {room: {chain: []}}, buses: {vibes: {sends: {room: 30%}}, marimba: {}}}",
    ),
    "MV365": (
        "video: {post: [{at: 2|1, for: 1s, title: Two, fade_in: 1s, fade_out: 1s}]}",
        "video: {post: [{at: 2|1, for: 3s, title: Two, fade_in: 1s, fade_out: 1s}]}",
    ),
}
"""By code: what is wrong, and what is right."""
