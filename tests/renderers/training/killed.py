"""A training in a process of its own, which saves after every step and tells each; to be killed."""

import signal
from multiprocessing.connection import Connection
from pathlib import Path

STEPS = 8


def work(frames: Path, folder: Path, told: Connection, last: int) -> None:
    """Begin it, or go on from what was saved last.

    last   the number of the step, of those taken here, after which it is killed: it ends no other one
    """
    import torch
    from musicvis.renderers.training.corpus import corpus_of
    from musicvis.renderers.training.save import RESUME
    from musicvis.renderers.training.session import begun, train
    from musicvis.renderers.training.train import Options

    taken = 0

    def tell(step: int, steps: int, loss: float) -> None:
        nonlocal taken
        taken += 1
        if taken > last:
            signal.pause()
        told.send(step)

    torch.set_num_threads(1)
    corpus = corpus_of([frames], 32)
    training = begun(corpus, Options("glo", 32, STEPS, seed=7), folder, resume=(folder / RESUME).exists())
    train(
        training,
        folder,
        "mine",
        told=tell,
        stopped=lambda: False,
        save_every_s=0.0,
    )
    told.send("done")
