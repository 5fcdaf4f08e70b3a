"""The example messages are those of the server."""

from pathlib import Path

from musicvis.watch import wire
from musicvis.watch.example import messages


def test_the_example_holds_one_message_of_each_kind_that_shows_a_piece(piece: Path) -> None:
    found = messages(piece / "piece.yaml")
    for name, kind in (("lanes", wire.Lanes), ("piece", wire.Piece), ("sound", wire.Sound)):
        assert wire.made(kind, found[name], name).version == 1
    assert found["sound"]["buses"] == ["near", "far"]
