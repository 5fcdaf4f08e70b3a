"""Self-attention over all places (Zhang et al. 2018), some queries at a time."""

from __future__ import annotations

import torch

from ..conditioning import Tensors, normalised

QUERIES_AT_ONCE = 256


class Attention:
    """An attention of one image; its shares never leave the cache."""

    def __init__(self, tensors: Tensors, name: str, precision: torch.dtype) -> None:
        queries, keys, values, out = (
            normalised(tensors, f"{name}snconv1x1_{key}.").flatten(1).t()
            for key in ("theta", "phi", "g", "o_conv")
        )
        self._key_channels = keys.shape[1]
        self._weight = torch.cat([queries, keys, values], 1).to(precision).contiguous()
        self._weight_out = (out * tensors[f"{name}gamma"]).to(precision).contiguous()

    def attended(self, x: torch.Tensor) -> torch.Tensor:
        """x (1, rows, columns, channels), and what each place sees added to it."""
        _, row_count, column_count, channels = x.shape
        places = x.view(-1, channels)
        y = places @ self._weight
        queries = y[:, : self._key_channels]
        pairs = y[:, self._key_channels :].view(row_count // 2, 2, column_count // 2, 2, -1)
        pairs = torch.maximum(pairs[:, 0], pairs[:, 1])
        pooled = torch.maximum(pairs[:, :, 0], pairs[:, :, 1]).flatten(0, 1)
        keys = pooled[:, : self._key_channels].t().contiguous()
        values = pooled[:, self._key_channels :].contiguous()
        out = torch.empty_like(x)
        rows = out.view(-1, channels)
        for first in range(0, len(places), QUERIES_AT_ONCE):
            part = slice(first, first + QUERIES_AT_ONCE)
            seen = torch.softmax(queries[part] @ keys, -1) @ values
            torch.addmm(places[part], seen, self._weight_out, out=rows[part])
        return out
