"""The example messages are those of the server."""

from pathlib import Path

from musicvis.watch.example import messages
from musicvis.watch.wire import events, json_text


def test_the_example_holds_one_message_of_each_kind_that_shows_a_piece(piece: Path) -> None:
    found = messages(piece / "piece.yaml")
    for name, kind in (("lanes", events.Lanes), ("piece", events.Piece), ("sound", events.Sound)):
        assert json_text.made(kind, found[name], name).version == 1
    assert found["sound"]["buses"] == ["near", "far"]
