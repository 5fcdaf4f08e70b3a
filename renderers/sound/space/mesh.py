"""Mesh: the measured directions around a head as triangles, and where a direction is among them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....store.values.array_types import F64

Indices = NDArray[np.int64]

# A head that was measured on the horizon only.
_FLAT = 1e-3
_THIN = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles (k, 3) of directions (m, 3), or, where all are on the horizon, the order of a circle.

    inverses   float64 (k, 3, 3): a direction times one of them gives its shares of the three corners
    """

    directions: F64
    triangles: Indices
    inverses: F64
    circle: Indices

    def around(self, direction: F64) -> tuple[Indices, F64]:
        """The measured directions around one, and their shares, of sum 1."""
        if self.circle.size:
            return self._on_circle(direction)
        shares = self.inverses[:, 0] * direction[0]
        shares += self.inverses[:, 1] * direction[1]
        shares += self.inverses[:, 2] * direction[2]
        best = int(np.argmax(shares.min(axis=1) / np.abs(shares).sum(axis=1)))
        inside = np.maximum(shares[best], 0.0)
        # A source that is where it was measured has no share of its neighbours.
        inside[inside < 1e-9 * inside.max()] = 0.0
        return self.triangles[best], inside / inside.sum()

    def nearest(self, direction: F64) -> int:
        """The measured direction next to one."""
        return int(np.argmax(np.sum(self.directions * direction, axis=1)))

    def _on_circle(self, direction: F64) -> tuple[Indices, F64]:
        angles = _azimuths(self.directions[self.circle])
        angle = float(_azimuths(direction[None])[0])
        after = int(angles.searchsorted(angle, "right")) % angles.size
        before = after - 1
        gap = (angles[after] - angles[before]) % (2.0 * np.pi)
        share = ((angle - angles[before]) % (2.0 * np.pi)) / gap if gap else 0.0
        return self.circle[[before, after]], np.array([1.0 - share, share])


def mesh_of(directions: F64) -> Mesh:
    """The triangles of the hull of directions, (m, 3), or the circle that they are."""
    if np.abs(directions[:, 2]).max() < _FLAT:
        circle = np.argsort(_azimuths(directions), kind="stable")
        return Mesh(directions, np.zeros((0, 3), np.int64), np.zeros((0, 3, 3)), circle)
    from scipy.spatial import ConvexHull, QhullError

    try:
        hull = ConvexHull(directions)
    except QhullError as error:
        raise ValueError("its directions span no sphere") from error
    triangles = np.sort(np.asarray(hull.simplices, np.int64), axis=1)
    triangles = triangles[np.lexsort(triangles.T[::-1])]
    corners = directions[triangles]
    wide = np.abs(np.linalg.det(corners)) > _THIN
    if not wide.any():
        raise ValueError("its directions span no sphere")
    return Mesh(directions, triangles[wide], np.linalg.inv(corners[wide]), np.zeros(0, np.int64))


def fibonacci(count: int) -> F64:
    """Directions spread evenly over the sphere, (count, 3)."""
    k = np.arange(count) + 0.5
    up = 1.0 - 2.0 * k / count
    turn = np.pi * (1.0 + np.sqrt(5.0)) * k
    level = np.sqrt(1.0 - up * up)
    return np.stack([level * np.sin(turn), level * np.cos(turn), up], axis=1)


def _azimuths(directions: F64) -> F64:
    return np.arctan2(directions[:, 0], directions[:, 1])
