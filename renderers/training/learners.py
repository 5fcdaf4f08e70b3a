"""The models that are trained: a GLO, with a code for each frame beside the decoder, or a convolutional VAE.

GLO: Bojanowski et al. 2018, "Optimizing the Latent Space of Generative Networks". VAE: Kingma and Welling
2014, with strided convolutions. Both end as the same: a decoder, and a code for each frame.
"""

from __future__ import annotations

import math
from typing import Protocol

import torch
import torch.nn.functional as nnf
from torch import Tensor, nn

from ..generators.trained.network import Decoder

CODE = 64
CODE_NOISE = 0.1
DECODER_RATE, CODE_RATE = 1e-3, 1e-2
VAE_BETA = 4.0
PYRAMID_LEVELS = 4
RIDGE = 1e-4


class Learner(Protocol):
    """A model while it is trained."""

    decoder: Decoder

    def parameters(self) -> dict[str, nn.Parameter]:
        """Everything that is trained, by a name of its own."""
        ...

    def rate(self, name: str) -> float:
        """The initial learning rate of a parameter."""
        ...

    def loss(self, rows: Tensor, frames: Tensor, classes: Tensor, noise: Tensor) -> Tensor:
        """The loss of some frames in [-1, 1]: their rows in the corpus, one-hot classes, noise (n, CODE)."""
        ...

    def settle(self, rows: Tensor) -> None:
        """The work that follows a step."""
        ...

    def codes(self, frames: Tensor, classes: Tensor, rows: Tensor) -> Tensor:
        """The codes of some frames."""
        ...

    def density(self, codes: Tensor, labels: Tensor, class_count: int) -> tuple[Tensor, Tensor]:
        """Mean (k, CODE) and lower triangular factor (k, CODE, CODE) from which each class is drawn."""
        ...


class Glo:
    """A decoder and the codes of all frames."""

    def __init__(self, size_px: int, class_count: int, thumbnails: Tensor, device: torch.device) -> None:
        """thumbnails   (n, 192): codes begin as their principal components, so that neighbours are near"""
        self.decoder = Decoder(size_px, CODE, class_count).to(device)
        self.table = nn.Parameter(_first_codes(thumbnails).to(device))

    def parameters(self) -> dict[str, nn.Parameter]:
        """The decoder's and the codes."""
        return {f"decoder.{name}": p for name, p in self.decoder.named_parameters()} | {"codes": self.table}

    def rate(self, name: str) -> float:
        """Codes ten times as fast: each is seen once a pass."""
        return CODE_RATE if name == "codes" else DECODER_RATE

    def loss(self, rows: Tensor, frames: Tensor, classes: Tensor, noise: Tensor) -> Tensor:
        """The Laplacian pyramid loss between decoded codes and their frames."""
        return pyramid_loss(self.decoder(self.table[rows] + CODE_NOISE * noise, classes).float(), frames)

    @torch.no_grad()
    def settle(self, rows: Tensor) -> None:
        """Codes stay within a ball of radius sqrt(CODE)."""
        length = self.table[rows].norm(dim=1, keepdim=True)
        self.table[rows] *= (math.sqrt(CODE) / length.clamp_min(1e-12)).clamp(max=1.0)

    def codes(self, frames: Tensor, classes: Tensor, rows: Tensor) -> Tensor:
        """The codes in the table."""
        found: Tensor = self.table[rows]
        return found

    def density(self, codes: Tensor, labels: Tensor, class_count: int) -> tuple[Tensor, Tensor]:
        """A normal distribution for each class, of the codes of its frames."""
        means, factors = [], []
        eye = torch.eye(CODE, dtype=torch.float64)
        for label in range(class_count):
            own = codes[labels == label].double()
            mean = own.mean(0)
            spread = own - mean
            covariance = spread.T @ spread / max(len(own) - 1, 1) + RIDGE * eye
            means.append(mean)
            factors.append(torch.linalg.cholesky(covariance))
        return torch.stack(means).float(), torch.stack(factors).float()


class Vae:
    """An encoder and a decoder."""

    def __init__(self, size_px: int, class_count: int, device: torch.device) -> None:
        self.decoder = Decoder(size_px, CODE, class_count).to(device)
        self.encoder = Encoder(size_px, class_count).to(device)

    def parameters(self) -> dict[str, nn.Parameter]:
        """Both networks'."""
        return {f"decoder.{name}": p for name, p in self.decoder.named_parameters()} | {
            f"encoder.{name}": p for name, p in self.encoder.named_parameters()
        }

    def rate(self, name: str) -> float:
        """The same learning rate for all parameters."""
        return DECODER_RATE

    def loss(self, rows: Tensor, frames: Tensor, classes: Tensor, noise: Tensor) -> Tensor:
        """The evidence lower bound with beta = VAE_BETA, a mean over the values of the frames."""
        mean, log_variance = self.encoder(frames, classes).float().chunk(2, 1)
        log_variance = log_variance.clamp(-8.0, 4.0)
        made = self.decoder(mean + noise * (log_variance / 2).exp(), classes).float()
        apart = 0.5 * (made - frames).square().sum((1, 2, 3)).mean()
        surprise = 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).sum(1).mean()
        bound: Tensor = (apart + VAE_BETA * surprise) / frames[0].numel()
        return bound

    def settle(self, rows: Tensor) -> None:
        """Nothing."""

    def codes(self, frames: Tensor, classes: Tensor, rows: Tensor) -> Tensor:
        """The means that the encoder gives."""
        mean: Tensor = self.encoder(frames, classes).chunk(2, 1)[0]
        return mean

    def density(self, codes: Tensor, labels: Tensor, class_count: int) -> tuple[Tensor, Tensor]:
        """The prior of every class: N(0, 1)."""
        return torch.zeros(class_count, CODE), torch.eye(CODE).repeat(class_count, 1, 1)


class Encoder(nn.Module):
    """Strided 4x4 convolutions down to 4x4, then mean and log variance of a code."""

    def __init__(self, size_px: int, class_count: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for i in range(round(math.log2(size_px // 4))):
            after = 32 * 2 ** min(i, 3)
            layers += [nn.Conv2d(before, after, 4, 2, 1), nn.GroupNorm(8, after), nn.LeakyReLU(0.2)]
            before = after
        self.net = nn.Sequential(*layers)
        self.fc = nn.Linear(before * 16 + class_count, 2 * CODE)

    def forward(self, frames: Tensor, classes: Tensor) -> Tensor:
        """(n, 2 CODE)."""
        found: Tensor = self.fc(torch.cat([self.net(frames).flatten(1), classes], 1))
        return found


def pyramid_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """L1 over the levels of a Laplacian pyramid (Ling and Okada 2006), the finest counted twice."""
    total = made.new_zeros(())
    for level in range(PYRAMID_LEVELS - 1):
        less, wanted_less = nnf.avg_pool2d(made, 2), nnf.avg_pool2d(wanted, 2)
        fine = made - nnf.interpolate(less, scale_factor=2)
        wanted_fine = wanted - nnf.interpolate(wanted_less, scale_factor=2)
        total = total + nnf.l1_loss(fine, wanted_fine) * (2 if level == 0 else 1)
        made, wanted = less, wanted_less
    return total + nnf.l1_loss(made, wanted)


def learner_of(
    model: str, size_px: int, class_count: int, thumbnails: Tensor, device: torch.device
) -> Learner:
    """The learner of that name, with weights from torch's own random numbers as they are."""
    return (
        Vae(size_px, class_count, device) if model == "vae" else Glo(size_px, class_count, thumbnails, device)
    )


def _first_codes(thumbnails: Tensor) -> Tensor:
    """Principal components, half whitened, scaled to length sqrt(CODE): float32 (n, CODE).

    Whitened in full, the codes of neighbours would be as far apart as any.
    """
    centred = (thumbnails - thumbnails.mean(0)).double()
    # The eigenvectors of a matrix of 192x192: the same for any number of frames, and in a fixed order.
    _, vectors = torch.linalg.eigh(centred.T @ centred)
    kept = vectors.flip(1)[:, :CODE]
    largest = kept.gather(0, kept.abs().argmax(0, keepdim=True))
    found = centred @ (kept * largest.sign())
    spread = found.square().mean(0, keepdim=True).sqrt()
    found = found / spread.clamp_min(1e-9).sqrt() * (spread > 1e-9)
    length = found.norm(dim=1, keepdim=True).clamp_min(1e-9)
    scaled: Tensor = found / length * math.sqrt(CODE)
    return scaled.float()
