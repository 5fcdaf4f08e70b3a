"""What a piece may say: text in, Piece or Diagnostics out; no score, no numpy."""
