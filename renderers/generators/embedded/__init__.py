"""The generator that needs no weights: every class is a painted relief, and mixed classes share one land.

Each class is one of 94 hand-written motifs (`motifs/`) with its own constants and palette (`looks.py`): about
150 as what they are, by the table of subjects (dsl/values/subjects.tsv), the others as patterns
(`classes.py`). A motif gives a height, a tone and a glow to every pixel of its canvas (`canvas.py`). The
classes of a frame compete by height (`blend.py`), and one light falls on what results (`light.py`). The
noise moves camera, light, phases and a flow field (`controls.py`). `painter.py` is the door.
"""
