"""The frozen model of a piece: manifest, lanes, plugins."""
