"""The number network, and a training of its own: strips come drawn, and the loss is CTC's."""

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from shuzi.errors import DivergedError
from shuzi.recognise.decoding import ALPHABET
from shuzi.recognise.sequence import STRIDE, pad, padded_width
from shuzi.training.average import Average
from shuzi.training.checkpoint import named
from shuzi.training.device import Device
from shuzi.training.history import Epoch
from shuzi.training.optimisers import OneCycleAdamW
from shuzi.training.recipes import Recipe
from shuzi.training.wobble import wobble

CLASSES = 1 + len(ALPHABET)
"""The blank, then the characters of `ALPHABET`."""
WIDTHS = 32, 64, 128, 224
"""Channels of the convolutions, from the picture to the line."""
HELD_OUT, VALIDATION = 2_000, 500
"""Strings to fit the temperature to, as many as an epoch has, if that is less; and those of them
that validate each epoch."""
Strings = Sequence[tuple[NDArray[np.uint8], str]]
"""Strips, each uint8 (32, w), with what they say."""
Source = Callable[[int], Strings]
"""The strings of an epoch, counted from 1; the same for the same number."""

_TEMPERATURES = np.geomspace(0.4, 4, 93)


class NumberNetwork(nn.Module):
    """uint8 strips (n, 32, w) in, logits (n, w / 4, `classes`) out.

    Convolutions shrink the height from 32 to 1 and the width by 4; the last ones see the two or
    three neighbours of a digit.
    """

    def __init__(self, widths: tuple[int, int, int, int] = WIDTHS, classes: int = CLASSES) -> None:
        super().__init__()
        a, b, c, d = widths
        self.image = nn.Sequential(
            *_block(1, a, (3, 3)),
            nn.MaxPool2d(2),
            *_block(a, b, (3, 3)),
            *_block(b, b, (3, 3)),
            nn.MaxPool2d(2),
            *_block(b, c, (3, 3)),
            *_block(c, c, (3, 3)),
            # So named that the weights of the network without the block still fit.
            nn.Sequential(nn.MaxPool2d((2, 1)), _Residual(c, (3, 3))),
            *_block(c, d, (4, 3), (0, 1)),
        )
        self.line = nn.Sequential(*_block(d, d, (1, 5)), *_block(d, d, (1, 5)))
        self.context = _Residual(d, (1, 3), dilation=2)
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Conv2d(d, classes, 1)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, strips: Tensor) -> Tensor:
        pixels = strips[:, None].float() / 255
        columns = self.image(pixels.contiguous(memory_format=torch.channels_last))
        columns = self.context(columns + self.line(columns))
        logits: Tensor = self.head(self.dropout(columns))
        return logits[:, :, 0].transpose(1, 2)


def _block(
    inputs: int,
    outputs: int,
    size: tuple[int, int],
    padding: tuple[int, int] | None = None,
    dilation: int = 1,
) -> list[nn.Module]:
    padding = padding or (size[0] // 2, dilation * (size[1] // 2))
    convolution = nn.Conv2d(
        inputs, outputs, size, padding=padding, dilation=(1, dilation), bias=False
    )
    nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
    # A batch holds strips of one width, so the mean over many batches must be taken.
    return [convolution, nn.BatchNorm2d(outputs, momentum=0.02), nn.ReLU()]


class _Residual(nn.Module):
    """Two convolutions beside a way past them; as it begins, only the way past."""

    def __init__(self, channels: int, size: tuple[int, int], dilation: int = 1) -> None:
        super().__init__()
        first = _block(channels, channels, size, dilation=dilation)
        *second, _ = _block(channels, channels, size, dilation=dilation)
        nn.init.zeros_(second[-1].weight)  # type: ignore[arg-type]
        self.change = nn.Sequential(*first, *second)

    def forward(self, features: Tensor) -> Tensor:
        return torch.relu(features + self.change(features))


class NumberTrainer:
    """A number network in training, an epoch of composed strings at a time.

    An epoch's strings and the order of its batches depend on the seed and the epoch's number only;
    so the tensors of `state` and the history are all that a resumed training needs. `trained` is
    what is validated and written: the moving average of the weights.

    Args:
        recipe: its lr, decay, ema, batch_size and epochs count.
        source: the strings of each epoch.
        held_out: strings to validate with, of writers that never train.
    """

    def __init__(
        self, recipe: Recipe, seed: int, device: Device, source: Source, held_out: Strings
    ) -> None:
        torch.manual_seed(seed)
        self.recipe, self.seed, self.device, self.source = recipe, seed, device, source
        self.held_out = held_out
        self.network, self.trained = (NumberNetwork().to(device.torch) for _ in range(2))
        self.average = Average(self.trained, self.network, recipe.ema)
        self.steps_per_epoch = math.ceil(recipe.strings / recipe.batch_size)
        self.optimiser = OneCycleAdamW(
            self.network.parameters(), recipe, self.steps_per_epoch * recipe.epochs
        )
        self.history: list[Epoch] = []

    @property
    def state(self) -> dict[str, Tensor]:
        """All tensors that training changes, by name."""
        return named(
            network=self.network.state_dict(),
            average=self.trained.state_dict(),
            optimiser=self.optimiser.state,
        )

    def run_epoch(self, on_batch: Callable[[int], None]) -> Epoch:
        """One epoch of strings, then the validation; accuracies are of whole numbers.

        Raises:
            DivergedError: the loss is not a number any more.
        """
        began, number = time.perf_counter(), len(self.history) + 1
        loss, accuracy = self._train_epoch(number, on_batch)
        if not math.isfinite(loss):
            raise DivergedError(f"The loss became {loss} in epoch {number}.")
        tables, labels = self.log_probabilities(self.held_out)
        epoch = Epoch(
            epoch=number,
            seconds=time.perf_counter() - began,
            loss=loss,
            accuracy=accuracy,
            val_loss=float(np.mean(_losses(tables, labels))),
            val_accuracy=_same([greedy(t[None])[0] for t in tables], labels) / len(labels),
        )
        self.history.append(epoch)
        return epoch

    def _train_epoch(self, number: int, on_batch: Callable[[int], None]) -> tuple[float, float]:
        torch.manual_seed(self.seed * 1_000_003 + number)
        self.network.train()
        seen, loss, right = 0, 0.0, 0
        for step, (strips, labels) in enumerate(self._batches(number)):
            t = (number - 1) * self.steps_per_epoch + step
            self.optimiser.schedule(t)
            table, batch_loss = self._step(strips, labels)
            self.average.update(t)
            seen, loss = seen + len(labels), loss + batch_loss * len(labels)
            right += _same(greedy(table), labels)
            on_batch(seen)
        return loss / seen, right / seen

    def _batches(self, number: int) -> Iterator[tuple[Tensor, list[str]]]:
        """Strips of like widths together, each a little otherwise; the batches in any order."""
        strings, size = self.source(number), self.recipe.batch_size
        by_width = np.argsort([strip.shape[1] for strip, _ in strings], kind="stable")
        rng = np.random.default_rng([self.seed, number])
        starts = rng.permutation(range(0, len(by_width), size))
        for start in starts:
            chosen = [strings[i] for i in by_width[start : start + size]]
            yield _batch([(wobble(strip, rng), label) for strip, label in chosen])

    def _step(self, strips: Tensor, labels: list[str]) -> tuple[Tensor, float]:
        with self.device.autocast():
            logits = self.network(strips.to(self.device.torch))
        table = logits.float().log_softmax(dim=2)
        loss = ctc(table, labels).mean()
        self.network.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        return table.detach(), float(loss.detach())

    @torch.inference_mode()
    def log_probabilities(self, strings: Strings) -> tuple[list[Tensor], list[str]]:
        """The tables of the trained network, each float32 (t, `CLASSES`); and the labels."""
        self.trained.eval()
        groups: dict[int, list[int]] = defaultdict(list)
        for i, (strip, _) in enumerate(strings):
            groups[padded_width(strip.shape[1])].append(i)
        tables: dict[int, Tensor] = {}
        with self.device.autocast():
            for width, members in groups.items():
                strips = torch.from_numpy(pad([strings[i][0] for i in members], width))
                logits = self.trained(strips.to(self.device.torch)).float()
                tables |= dict(zip(members, logits.log_softmax(dim=2).cpu(), strict=True))
        return [tables[i] for i in range(len(strings))], [label for _, label in strings]


def fit_sequence_temperature(tables: Sequence[Tensor], labels: Sequence[str]) -> float:
    """What logits must be divided by for the likeliest texts, between 0.4 and 4.

    Guo and others (2017), "On calibration of modern neural networks", with CTC's loss.
    """
    losses = [np.mean(_losses([table / t for table in tables], labels)) for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def ctc(table: Tensor, labels: Sequence[str]) -> Tensor:
    """Minus the log-probability of each label, summed over its alignments, float32 (n,).

    Source: Graves and others (2006), "Connectionist temporal classification".

    Args:
        table: log-probabilities float32 (n, t, `CLASSES`), the blank first.
    """
    codes = [ALPHABET.index(c) + 1 for label in labels for c in label]
    digits = torch.tensor(codes, dtype=torch.long)
    lengths = torch.tensor([len(label) for label in labels])
    frames = torch.full((len(labels),), table.shape[1])
    return functional.ctc_loss(
        table.transpose(0, 1), digits, frames, lengths, reduction="none", zero_infinity=True
    )


def greedy(table: Tensor) -> list[str]:
    """The text of each strip's likeliest alignment.

    Args:
        table: log-probabilities (n, t, `CLASSES`).
    """
    best = table.argmax(dim=2).cpu()
    changed = torch.ones_like(best, dtype=torch.bool)
    changed[:, 1:] = best[:, 1:] != best[:, :-1]
    kept = changed & (best > 0)
    return [
        "".join(ALPHABET[c - 1] for c in row[k].tolist()) for row, k in zip(best, kept, strict=True)
    ]


def _batch(strings: Strings) -> tuple[Tensor, list[str]]:
    width = padded_width(max(strip.shape[1] for strip, _ in strings))
    assert width % STRIDE == 0
    strips = pad([strip for strip, _ in strings], width)
    return torch.from_numpy(strips), [label for _, label in strings]


def _same(texts: Sequence[str], labels: Sequence[str]) -> int:
    return sum(text == label for text, label in zip(texts, labels, strict=True))


def _losses(tables: Sequence[Tensor], labels: Sequence[str]) -> list[float]:
    groups: dict[int, list[int]] = defaultdict(list)
    for i, table in enumerate(tables):
        groups[len(table)].append(i)
    found: dict[int, float] = {}
    for members in groups.values():
        together = torch.stack([tables[i] for i in members]).log_softmax(dim=2)
        losses = ctc(together, [labels[i] for i in members])
        found |= dict(zip(members, losses.tolist(), strict=True))
    return [found[i] for i in range(len(tables))]
