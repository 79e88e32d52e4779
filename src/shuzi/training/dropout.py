"""Dropout by raw random bits."""

import torch
from torch import Tensor, nn


class Dropout(nn.Module):
    """Inverted dropout: units are zeroed with probability `rate`, the others scaled up.

    Drawing Bernoulli numbers takes as long as a layer's matrix product on a CPU; so the mask comes
    from raw random bits: one a unit for the rate 0.5, otherwise 16, so that the rate is met to
    within 1 / 65536.
    """

    def __init__(self, rate: float, generator: torch.Generator) -> None:
        super().__init__()
        self.rate = rate
        self.generator = generator
        # Of the numbers from -2^15 to 2^15 - 1, those below are dropped.
        self.threshold = min(round(rate * 2**16) - 2**15, 2**15 - 1)
        self.shifts: Tensor
        self.register_buffer(
            "shifts", torch.arange(8, dtype=torch.uint8)[:, None], persistent=False
        )

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        return x * self.mask(x)

    def mask(self, x: Tensor) -> Tensor:
        """0 for a unit that is dropped, 1 / (1 - rate) for one that is kept, like `x`."""
        n = x.numel()
        if self.rate == 0.5:
            # Eight rows of bits, so that each row is one shift of the whole.
            rows = self._random(-(-n // 8), x.device) >> self.shifts
            keep = rows.bitwise_and_(1).view(-1)
        else:
            words = self._random(2 * n, x.device).view(torch.int16)
            # A byte converts to bfloat16 several times faster than a bool does.
            keep = (words >= self.threshold).view(torch.uint8)
        return keep[:n].view(x.shape).to(x.dtype).mul_(1 / (1 - self.rate))

    def _random(self, size: int, device: torch.device) -> Tensor:
        """uint8 (size,) of random bytes."""
        words = torch.empty(-(-size // 8), dtype=torch.int64, device=device)
        return words.random_(-(2**63), None, generator=self.generator).view(torch.uint8)[:size]
