"""The frozen model of a piece: its sound, picture, film and lanes; tables of plugins and parameters."""
