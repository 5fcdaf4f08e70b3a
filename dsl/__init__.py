"""The language of a piece: text in, Piece or Diagnostics out; no score, no numpy."""
