"""A network whose weights are the moving average of another's."""

from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

N = TypeVar("N", bound=nn.Module)


class Average(Generic[N]):
    """Follows `source` in `network`, whose tensors keep a share of `keep` in each step.

    At first they keep less, (1 + t) / (10 + t), so that the random beginning is soon forgotten.
    """

    def __init__(self, network: N, source: nn.Module, keep: float) -> None:
        self.network, self.keep = network, keep
        pairs = list(zip(network.state_dict().values(), source.state_dict().values(), strict=True))
        # Beside weights, means and variances: batches counted, which are not floats.
        self.pairs = [(mine, theirs) for mine, theirs in pairs if mine.is_floating_point()]

    @torch.no_grad()
    def update(self, t: int) -> None:
        """Take in the source's tensors after step t, counted from 0."""
        share = 1 - min(self.keep, (1 + t) / (10 + t))
        mine: list[Tensor] = [pair[0] for pair in self.pairs]
        theirs: list[Tensor] = [pair[1] for pair in self.pairs]
        torch._foreach_lerp_(mine, theirs, share)
