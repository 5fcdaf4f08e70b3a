"""musicvis compiles a written score into a music video.

The tree is the flow, and imports run one way: `cli` asks `renderers` and `compiler`, `renderers` see of
`compiler` only `compiler/plan.py`, `compiler` reads what `dsl` has parsed, and `dsl` knows nothing of the
others. A piece becomes text, then a `Piece`, then with its `Score` and `Clock` a `Plan`, then a film.
"""

__version__ = "0.1.0"
