"""One training step: forward, backward, update; on CUDA as one captured graph."""

from collections.abc import Callable

import torch
from torch import Tensor

from shuzi.training.device import Device
from shuzi.training.network import Network
from shuzi.training.optimisers import Optimiser

Step = Callable[[Tensor, Tensor, int], Tensor]
"""(images uint8 (n, 28, 28), targets, number of the step) -> logits float32 (n, k).

The targets are what `Network.learn` takes.
"""


def make_step(
    network: Network, optimiser: Optimiser, device: Device, masks: torch.Generator
) -> Step:
    """The step that trains `network`: captured in a graph on CUDA, plain elsewhere."""
    autocast = device.autocast()

    def move(images: Tensor, targets: Tensor) -> Tensor:
        with autocast:
            logits = network.learn(images, targets, optimiser.loss_scale / len(targets))
        optimiser.step()
        return logits

    def step(images: Tensor, targets: Tensor, t: int) -> Tensor:
        optimiser.schedule(t)
        return run(images, targets)

    run = _Captured(move, masks) if device.torch.type == "cuda" else move
    return step


class _Captured:
    """Replays `move` from a CUDA graph for batches of the first batch's size."""

    warm_up = 3

    def __init__(self, move: Callable[[Tensor, Tensor], Tensor], masks: torch.Generator) -> None:
        self.move, self.masks = move, masks
        self.calls = 0
        self.stream = torch.cuda.Stream()
        self.graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, images: Tensor, targets: Tensor) -> Tensor:
        self.calls += 1
        if self.calls == 1:
            self.images, self.targets = images.clone(), targets.clone()
        if self.calls <= self.warm_up or len(images) != len(self.images):
            return self._uncaptured(images, targets)
        if self.graph is None:
            self.graph = self._capture()
        self.images.copy_(images)
        self.targets.copy_(targets)
        self.graph.replay()
        return self.logits.clone()

    def _uncaptured(self, images: Tensor, targets: Tensor) -> Tensor:
        # Capture wants its kernels to have run before, on a stream other than the default one.
        self.stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self.stream):
            logits = self.move(images, targets)
        torch.cuda.current_stream().wait_stream(self.stream)
        return logits

    def _capture(self) -> torch.cuda.CUDAGraph:
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self.masks)
        with torch.cuda.graph(graph):
            self.logits = self.move(self.images, self.targets)
        return graph
