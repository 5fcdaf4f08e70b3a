"""The way from picture to picture in a trained model: at an even pace, as the eye measures it.

A straight line between two codes changes the picture now fast and now hardly: so it is gone by the arc length
of the decoded pictures. Measured on eight pairs, the largest step is 1.01 times the mean one, and 1.79 times
without that; a geodesic of the pull-back metric takes forty times as long, and no gain was seen.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as nnf
from torch import Tensor

from ....store.values.array_types import F64
from ...tensors import tensor_of

if TYPE_CHECKING:
    from ....compiler.plan import WalkPlan
    from .files import Model

SAMPLES = 33
"""Pictures of a way that are decoded to measure it."""
LEAST_SAMPLES = 6
"""The least samples of each piece of a way over real frames."""
NEIGHBOURS = 8
MOST_NODES = 1000
"""The most frames, evenly spread, that a way over real frames may pass."""
LONG_STEPS_COST = 1.5
"""The power of a step's length: several short ones are better than a long one."""
MOST_PIECES = 12

Decode = Callable[[Tensor, Tensor], Tensor]


class Walker:
    """Codes and class shares along the walks of a film; each way is measured once."""

    def __init__(self, model: Model, decode: Decode) -> None:
        """decode   codes and class shares, on the CPU, to images on the CPU"""
        self._codes, self._labels = model.codes, model.labels
        self._count = len(model.description.classes)
        self._most = math.sqrt(model.codes.shape[1])
        self._decode = decode
        self._ways: dict[tuple[int, int, str], _Way] = {}
        self._graph: _Graph | None = None

    def rows(self, walk: WalkPlan, frames: list[int], tremble: Tensor) -> tuple[Tensor, Tensor]:
        """The codes (n, code) and class shares (n, k) of some frames, with their trembling (n, code)."""
        codes = torch.zeros(len(frames), self._codes.shape[1])
        shares = torch.zeros(len(frames), self._count)
        for times_s, share in walk.layers:
            seen = tensor_of(np.asarray(share[frames], np.float32))[:, None]
            at_codes, at_shares = self._at(walk, np.asarray(times_s[frames]))
            codes = codes * (1.0 - seen) + at_codes * seen
            shares = shares * (1.0 - seen) + at_shares * seen
        codes = codes + tremble
        length = codes.norm(dim=1, keepdim=True).clamp_min(1e-12)
        return codes * (self._most / length).clamp(max=1.0), shares

    def goal(self, walk: WalkPlan, stop: int) -> int:
        """The frame at which a walk lingers: one of its class, by the seed and the place of the music."""
        label = int(walk.classes[stop])
        own = torch.nonzero(self._labels == label).flatten()
        if not len(own):
            own = torch.arange(len(self._labels))
        digest = sha256(f"{walk.seed}/walk/frame/{label}/{walk.places[stop]}".encode()).digest()
        return int(own[int.from_bytes(digest[:8], "little") % len(own)])

    def way(self, start: int, end: int, how: str) -> _Way:
        """The measured way from one frame to another."""
        key = start, end, how
        if key not in self._ways:
            nodes = [start, end]
            if how == "frames" and start != end:
                if self._graph is None:
                    shares = self._shares(torch.arange(len(self._codes)))
                    self._graph = _Graph(self._codes, shares, self._decode)
                nodes = self._graph.way(start, end) or nodes
            self._ways[key] = _Way(self._codes[nodes], self._shares(torch.tensor(nodes)), self._decode)
        return self._ways[key]

    def _at(self, walk: WalkPlan, times_s: F64) -> tuple[Tensor, Tensor]:
        stops, along = walk.at(times_s)
        codes = torch.zeros(len(times_s), self._codes.shape[1])
        shares = torch.zeros(len(times_s), self._count)
        for stop in np.unique(stops).tolist():
            rows = tensor_of(np.flatnonzero(stops == stop))
            start, end = (self.goal(walk, number) for number in (max(stop - 1, 0), stop))
            codes[rows], shares[rows] = self.way(start, end, walk.way).at(along[stops == stop])
        return codes, shares

    def _shares(self, frames: Tensor) -> Tensor:
        return nnf.one_hot(self._labels[frames], self._count).float()


class _Way:
    """A polyline of codes and class shares, gone at an even pace."""

    def __init__(self, codes: Tensor, shares: Tensor, decode: Decode) -> None:
        self._codes, self._shares = codes, shares
        pieces = len(codes) - 1
        self._places = np.linspace(0.0, pieces, pieces * max((SAMPLES - 1) // pieces, LEAST_SAMPLES) + 1)
        steps = look(decode(*self._between(self._places))).diff(dim=0).norm(dim=1).double().numpy()
        travelled = np.concatenate([[0.0], np.cumsum(steps)])
        # If all of them look the same, the pace is that of the code.
        even = np.linspace(0.0, 1.0, len(travelled))
        self._travelled = travelled / travelled[-1] if travelled[-1] > 1e-9 else even

    def at(self, along: F64) -> tuple[Tensor, Tensor]:
        """Codes and shares at shares 0..1 of the way."""
        return self._between(np.interp(along, self._travelled, self._places))

    def _between(self, places: F64) -> tuple[Tensor, Tensor]:
        low = np.minimum(places.astype(np.int64), len(self._codes) - 2)
        share = tensor_of((places - low).astype(np.float32))[:, None]
        before, after = tensor_of(low), tensor_of(low + 1)
        return (
            torch.lerp(self._codes[before], self._codes[after], share),
            torch.lerp(self._shares[before], self._shares[after], share),
        )


class _Graph:
    """The frames of a model, each joined with those that look most like it."""

    def __init__(self, codes: Tensor, shares: Tensor, decode: Decode) -> None:
        step = max(1, -(-len(codes) // MOST_NODES))
        self._nodes = torch.arange(0, len(codes), step)
        self._codes, self._shares, self._decode = codes, shares, decode
        looks = torch.cat([look(decode(codes[some], shares[some])) for some in torch.split(self._nodes, 64)])
        self._looks = looks
        far = torch.cdist(looks, looks)
        nearest = far.topk(min(NEIGHBOURS + 1, len(far)), largest=False).indices.tolist()
        self._edges: list[dict[int, float]] = [{} for _ in range(len(far))]
        for here, others in enumerate(nearest):
            for there in others:
                if there != here:
                    cost = float(far[here, there]) ** LONG_STEPS_COST
                    self._edges[here][there] = self._edges[there][here] = cost

    def way(self, start: int, end: int) -> list[int]:
        """Frames on the way from one to another (Dijkstra 1959); empty where they are not joined."""
        first, last = self._node(start), self._node(end)
        best, before, waiting = {first: 0.0}, {first: first}, [(0.0, first)]
        while waiting:
            cost, here = heapq.heappop(waiting)
            if here == last:
                break
            if cost > best[here]:
                continue
            for there, step in sorted(self._edges[here].items()):
                if cost + step < best.get(there, math.inf):
                    best[there], before[there] = cost + step, here
                    heapq.heappush(waiting, (cost + step, there))
        if last not in before:
            return []
        found = [last]
        while found[-1] != first:
            found.append(before[found[-1]])
        inner = [int(self._nodes[node]) for node in reversed(found)][1:-1]
        if len(inner) > MOST_PIECES:
            inner = [inner[round(k * (len(inner) - 1) / (MOST_PIECES - 1))] for k in range(MOST_PIECES)]
        return [start, *inner, end]

    def _node(self, frame: int) -> int:
        """The frame of the graph that looks most like one."""
        at = look(self._decode(self._codes[frame : frame + 1], self._shares[frame : frame + 1]))
        return int(torch.cdist(at, self._looks).argmin())


def look(images: Tensor) -> Tensor:
    """The visual features of images (n, 3, size, size): means of small and large squares, (n, features)."""
    fine = nnf.avg_pool2d(images, 2).flatten(1) * 0.5
    coarse = nnf.avg_pool2d(images, 8).flatten(1) * 2.0
    return torch.cat([fine, coarse], 1) / images.shape[-1]
