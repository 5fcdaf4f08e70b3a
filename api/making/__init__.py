"""Pieces and scores that musicvis makes: for a score, or of recordings that it listens to."""
