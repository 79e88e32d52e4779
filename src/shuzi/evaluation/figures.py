"""The pictures of a run: curves, what it confuses, its worst mistakes, how sure it may be."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from shuzi.evaluation.calibration import Bin
from shuzi.evaluation.compare import Group
from shuzi.evaluation.coverage import Coverage
from shuzi.evaluation.mistakes import find_mistakes
from shuzi.files import write_atomically

COLUMNS, ROWS = 8, 4
_TRAIN, _VALIDATION = "#1f5fa8", "#c2571a"


def curves(history: Sequence[dict[str, Any]], path: Path) -> None:
    """Loss and accuracy by epoch, as a PNG.

    Args:
        history: rows of epoch, loss, accuracy, val_loss, val_accuracy (None: not measured).

    Raises:
        OutputError: the file cannot be written.
    """
    figure = Figure(figsize=(10, 4), layout="constrained")
    epochs = [row["epoch"] for row in history]
    marker = "o" if len(epochs) == 1 else None
    for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for column, label, colour in (
            (name, "training", _TRAIN),
            (f"val_{name}", "validation", _VALIDATION),
        ):
            values = [row[column] for row in history]
            if None not in values:
                axes.plot(epochs, values, label=label, color=colour, marker=marker)
        axes.set(xlabel="epoch", ylabel=name)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if len(epochs) == 1:
            axes.set_xticks(epochs)
        axes.grid(alpha=0.3)
        axes.legend()
    _save(figure, path)


def comparison(groups: Sequence[Group], path: Path) -> None:
    """Loss and accuracy by epoch, a colour a group: the mean of its runs, from least to greatest.

    What is held out is a line, what is trained on a dotted one.

    Raises:
        OutputError: the file cannot be written.
    """
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    figure.suptitle("lines: validation; dotted: training", fontsize=9)
    for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for number, group in enumerate(groups):
            colour = f"C{number % 10}"
            for column, line in ((f"val_{name}", "-"), (name, ":")):
                rows = _by_epoch(group, column)
                if not rows:
                    continue
                epochs = range(1, len(rows) + 1)
                label = group.name if line == "-" or not _by_epoch(group, f"val_{name}") else None
                means = [sum(values) / len(values) for values in rows]
                marker = "o" if len(rows) == 1 else None
                hollow = "none" if line == ":" else "full"
                axes.plot(
                    epochs, means, line, label=label, color=colour, marker=marker, fillstyle=hollow
                )
                low, high = [min(values) for values in rows], [max(values) for values in rows]
                axes.fill_between(epochs, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.set(xlabel="epoch", ylabel=name)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    _save(figure, path)


def _by_epoch(group: Group, name: str) -> list[list[float]]:
    """The runs' values in each epoch, of as many epochs as any run has."""
    most = max(len(run.history) for run in group.runs)
    rows = [
        [
            v
            for r in group.runs
            if epoch < len(r.history) and (v := r.history[epoch][name]) is not None
        ]
        for epoch in range(most)
    ]
    return [row for row in rows if row]


def confusion(matrix: NDArray[np.int64], path: Path) -> None:
    """Truth by row, guess by column, as a PNG.

    Args:
        matrix: int64 (10, 10).

    Raises:
        OutputError: the file cannot be written.
    """
    figure = Figure(figsize=(7, 6.4), layout="constrained")
    axes = figure.subplots()
    totals = matrix.sum(axis=1, keepdims=True)
    shares = matrix / np.maximum(totals, 1)
    # The root lets a few mistakes in a thousand be seen beside the diagonal.
    axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            colour = "white" if shares[row, column] > 0.35 else "black"
            axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=9)
    axes.set(xlabel="read as", ylabel="truth", xticks=range(10), yticks=range(10))
    _save(figure, path)


def mistakes(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    probabilities: NDArray[np.float32],
    path: Path,
) -> None:
    """The wrong readings that were surest, with truth, guess and the guess's probability.

    Args:
        images: uint8 (n, 28, 28).
        labels: uint8 (n,).
        probabilities: float32 (n, 10).

    Raises:
        OutputError: the file cannot be written.
    """
    guesses = probabilities.argmax(axis=1)
    worst = find_mistakes(probabilities, labels)
    figure = Figure(figsize=(10, 6.4), layout="constrained")
    figure.suptitle(
        f"{len(worst)} of {len(labels)} images read wrong"
        + (f"; the {ROWS * COLUMNS} surest" if len(worst) > ROWS * COLUMNS else "")
    )
    grid = figure.subplots(ROWS, COLUMNS).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, i in zip(grid, worst, strict=False):
        axes.imshow(images[i], cmap="gray_r", vmin=0, vmax=255)
        sure = probabilities[i, guesses[i]]
        axes.set_title(f"{labels[i]} read as {guesses[i]}\n{sure:.2%}", fontsize=9)
    _save(figure, path)


def reliability(bins: Sequence[Bin], path: Path) -> None:
    """Accuracy by confidence beside the line where they are equal, with the counts, as a PNG.

    Raises:
        OutputError: the file cannot be written.
    """
    figure = Figure(figsize=(5, 5.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    filled = [b for b in bins if b.n]
    lows, widths = [b.low for b in filled], [b.high - b.low for b in filled]
    style: dict[str, Any] = {"align": "edge", "edgecolor": "white", "color": _TRAIN}
    above.bar(lows, [b.accuracy for b in filled], widths, label="accuracy", alpha=0.6, **style)
    above.plot([0, 1], [0, 1], color="black", linestyle="--", linewidth=1, label="calibrated")
    above.plot(
        [b.confidence for b in filled],
        [b.accuracy for b in filled],
        "o",
        color=_VALIDATION,
        label="a bin's means",
    )
    above.set(ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))
    above.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
    below.bar(lows, [b.n for b in filled], widths, **style)
    below.set(xlabel="confidence", ylabel="images", yscale="log")
    _save(figure, path)


def risk_coverage(curve: Sequence[Coverage], path: Path) -> None:
    """The share of wrong answers by the share answered, both in percent, as a PNG.

    Raises:
        OutputError: the file cannot be written.
    """
    figure = Figure(figsize=(5, 4), layout="constrained")
    axes = figure.subplots()
    answered = [100 * point.answered for point in curve]
    axes.plot(answered, [100 * point.risk for point in curve], color=_TRAIN)
    axes.set(xlabel="answered, % of the images", ylabel="wrong, % of the answers")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    FigureCanvasAgg(figure)
    with write_atomically(path) as temporary:
        figure.savefig(temporary, format="png", dpi=110)
