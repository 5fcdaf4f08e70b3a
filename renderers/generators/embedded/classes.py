"""The motif and the palette of each of the 1000 ImageNet classes.

The letters were chosen from the meaning of the classes; the names themselves are not needed at run time.
"""

from __future__ import annotations

from dataclasses import dataclass

from .palettes import Stops

# One letter of motifs/catalogue.py for each class.
KIND_OF = (
    "RRRRRRRQQQQQQQQQQQQQQQQQQJJJJJNNNVVVVVRRRRRRRVRRRRRRRRRRRRRRRRRRRRRRRTWRWWWWWWNRQQQQQQQQQQQQQQQQQQQQ"
    "QFFFFFFCPJJJTTTJRTVVVRRRRTRQQQQQQQQQQQQQQQQQQQQYYYYFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFJFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFVVVFJVFFFFFF"
    "bbbbbbbbbbNbbEbbbbbbbbbbbbbPPJFFFFQFFFFFJFFFRFFFFFFFFFFFFFFFFFFVFFFFFFFFFFFFFFFFFFFFFVVFFRRRRJRRQNKU"
    "UKTHIOAGGGLUvBUXBOBKDBBXXBDvGOOBBOUDGHvDvvAUWUXDAAIDUXXDWUTUYVBvDUGXGDZZYIUDCXKDKKKHYKTKTLVGXXBXUASB"
    "AUUvvvTGKXHGTTUUBHOXBvOBVYBSDUSKBLXDYMCAHDBBvDSGSKvKQXYGLBBBOGIBBGTDUGDGvGOGYDUKLLXBTIGBLTKUDBWGBUSV"
    "TUBMvSTZUGUKMKUDTUBCSGDIXYZGHKUvDDBDXXUUDDBIZWVvXADSUvGUGIUDHGKASGvUCLGWIKLGDBUITSHBDDDBSUMIKYGKBLAB"
    "UCBBKGAKvBBvDKSDBGYOKUOPYvTSKBBDDBGUBvvDGUKBZSDOUEUGWBKDvGTDXKXIBBLKOBUKTvUUTBDGYSSBBUGDXLULBUUIUUBL"
    "KTGGvOULDDKZMBYWTGSBGADDUVGDLGBUCYUDIIvWBUUWKBCGKvFSOAUNGARLXDZBGXGGKUGYWAGTDBKCWKGvAUKUATOKDUXIDDvv"
    "HvDTLLUvIDBUBYYCSXKKKXKDDDDMCBBDTVBNPNNBENNBROPCONOONRBRRVMJDDVDDDvDvvMNMAZYMYYMZOUYPPPVNTNPCNCPNCVU"
)

# One letter of palettes.ARCHETYPES for each class.
PALETTE_OF = (
    "monnnsscekoycairmnkaerekaymrypmgetkmjbhgfeoemoggemmernegcmjgneebgthehaehyehkrarokweeteeacwurtkjjojra"
    "kaeeqaeutpujpemijoretcrocrawkppnwhaevkhraoekwnwnkjaqkxexqkkroekekkqrkrxaaqqraeoxraaerqkrenrqxeekeqek"
    "aaqxkaxqqkqkqrqrkrxrkqrexxkkxqeekxaqakrkerkkeqokqkekqeqqaxxqkkeqkkxxeaxreqreeoqxaqoxqaqqhwoqoyekxkeq"
    "jckhgnemaykgemrgjtgitceowynovrqexqkreeorkpkearkexqerqqqxrkeqekaamokkqkmrmeakraxreeyakaerknmpyoajrhrk"
    "nchawabwmhhffknhhunhhwkctrbecwolrtttjnjmhyaprunnenwtlrccbkbpabhtbmicykyafarnpchaiondtzoiajaobhajcwda"
    "ovhaokobupccabehhychwccaaaeicwcjetarnwbeochkrjundhapuarcocaonytncebkefmpbzwgdblkgagcplmaepjpaabheevh"
    "apadbtnonmitrcdnewahngkaeobkwcepzjebenktauovrpfwwmvjmaoulacwtkndioaktwtmoahoeawvpzhkjnobjrejltebulhm"
    "wihfarfaayyvjwukwbdpolyudwhiwwertcnofgmegcaazvkcbwtzgahwbhekwkdamerpeyzaawhshbaysyzacakclhhaeijwnoyj"
    "utwipkwnyoariaijluyckntndmaraforbnamkdodwaifwwhmenqzghcahvoaewocdugiehctahtbjakcueujvvcbmrshneenawis"
    "reyhawnfwrhlemnwiykczdhwghcppphheeohgfwfyfogfclcgcoyvyymgcyhehrohhceyhwiotwjntsfrfkiyyyyhceocrmeeeyw"
)


@dataclass(frozen=True, slots=True)
class Curated:
    """A class tuned by hand: its motif, its colours, and some of its constants by index."""

    kind: str
    stops: Stops
    traits: tuple[tuple[int, float], ...]


# fmt: off
CURATED: dict[int, Curated] = {
    # monastery
    663: Curated(
        "A",
        (
            (0.11, 0.05, 285), (0.25, 0.08, 290), (0.4, 0.09, 320), (0.58, 0.11, 45),
            (0.8, 0.13, 78), (0.97, 0.06, 95), (0.86, 0.16, 75),
        ),
        ((0, 0.55), (1, 0.25)),
    ),
    # mushroom
    947: Curated(
        "C",
        (
            (0.1, 0.03, 150), (0.22, 0.06, 145), (0.42, 0.19, 28), (0.58, 0.2, 34),
            (0.82, 0.06, 80), (0.97, 0.02, 95), (0.86, 0.12, 95),
        ),
        ((1, 0.31), (2, 0.77)),
    ),
    # marimba
    642: Curated(
        "B",
        (
            (0.13, 0.03, 200), (0.28, 0.06, 190), (0.45, 0.12, 40), (0.62, 0.15, 50),
            (0.8, 0.13, 72), (0.95, 0.06, 88), (0.88, 0.15, 75),
        ),
        ((0, 0.45), (1, 0.5), (2, 0.75), (3, 0.1), (4, 0.3), (5, 0.0), (6, 0.0), (7, 0.15)),
    ),
    # screen
    782: Curated(
        "S",
        (
            (0.07, 0.03, 285), (0.18, 0.09, 280), (0.38, 0.2, 300), (0.6, 0.24, 340),
            (0.8, 0.16, 200), (0.97, 0.05, 170), (0.7, 0.13, 255),
        ),
        ((0, 0.4), (1, 0.6)),
    ),
    # library
    624: Curated(
        "X",
        (
            (0.1, 0.03, 40), (0.25, 0.07, 30), (0.4, 0.1, 28), (0.5, 0.09, 150),
            (0.7, 0.1, 75), (0.94, 0.09, 90), (0.88, 0.14, 78),
        ),
        ((0, 0.5), (1, 0.4)),
    ),
    # wok
    909: Curated(
        "D",
        (
            (0.09, 0.02, 265), (0.24, 0.035, 250), (0.44, 0.05, 245), (0.58, 0.19, 40),
            (0.8, 0.17, 68), (0.97, 0.08, 98), (0.72, 0.2, 42),
        ),
        ((0, 0.5), (1, 0.5), (2, 0.2), (3, 1.0), (4, 1.0), (5, 0.6)),
    ),
    # drum
    541: Curated(
        "D",
        (
            (0.14, 0.06, 15), (0.3, 0.13, 20), (0.48, 0.17, 28), (0.64, 0.09, 70),
            (0.84, 0.05, 85), (0.97, 0.02, 90), (0.9, 0.12, 85),
        ),
        ((0, 0.55), (1, 0.2), (2, 0.6), (3, 0.0), (4, 0.25), (5, 0.0)),
    ),
    # spider's web
    815: Curated(
        "W",
        (
            (0.09, 0.04, 265), (0.22, 0.08, 235), (0.4, 0.1, 190), (0.6, 0.12, 130),
            (0.82, 0.13, 90), (0.99, 0.015, 100), (0.93, 0.1, 88),
        ),
        ((0, 0.5), (1, 0.4), (2, 0.2), (3, 0.7), (4, 0.3)),
    ),
    # seashore
    978: Curated(
        "Y",
        (
            (0.2, 0.07, 255), (0.38, 0.1, 235), (0.58, 0.11, 210), (0.76, 0.09, 195),
            (0.86, 0.06, 85), (0.98, 0.02, 90), (0.93, 0.1, 70),
        ),
        ((0, 0.3), (1, 0.1), (2, 0.0), (3, 0.17), (4, 0.3), (6, 0.0), (7, 0.5)),
    ),
    # shoji
    789: Curated(
        "L",
        (
            (0.13, 0.03, 35), (0.3, 0.06, 45), (0.55, 0.09, 58), (0.75, 0.1, 72),
            (0.88, 0.09, 85), (0.985, 0.035, 92), (0.93, 0.12, 80),
        ),
        ((0, 0.5), (1, 0.5), (2, 0.3), (3, 0.6)),
    ),
    # computer keyboard
    508: Curated(
        "K",
        (
            (0.09, 0.02, 290), (0.2, 0.03, 285), (0.34, 0.05, 285), (0.52, 0.08, 300),
            (0.74, 0.12, 330), (0.97, 0.02, 300), (0.72, 0.22, 350),
        ),
        ((0, 0.55), (1, 0.62)),
    ),
    # baseball
    429: Curated(
        "O",
        (
            (0.16, 0.05, 150), (0.4, 0.12, 138), (0.5, 0.2, 27), (0.66, 0.09, 60),
            (0.86, 0.03, 85), (0.98, 0.012, 90), (0.92, 0.12, 95),
        ),
        ((0, 0.5), (1, 1.0)),
    ),
}
# fmt: on
