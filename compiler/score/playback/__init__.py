"""A written score to the notes that sound: repeats, strokes, articulations, velocities, tempo."""
