"""A trained run on images that it never saw."""

import json
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.dataset import Dataset, load_images, load_mnist
from shuzi.engine import Recogniser
from shuzi.errors import RunError, UsageError
from shuzi.evaluation import figures, metrics
from shuzi.files import write_atomically


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Scores on a test set.

    `loss` is the mean cross-entropy in nats; `interval` the accuracy's 95 % interval;
    `accuracy_by_class` has None for a digit without images; `confusion` counts truth (row) by
    guess (column).
    """

    n: int
    loss: float
    accuracy: float
    interval: tuple[float, float]
    accuracy_by_class: list[float | None]
    confusion: list[list[int]]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def evaluate(
    run: str | PathLike[str],
    dataset: Dataset | None = None,
    *,
    data: str | PathLike[str] | None = None,
    offline: bool = False,
) -> Evaluation:
    """Test a finished run; write evaluation.json, confusion.png and mistakes.png into it.

    Args:
        run: a folder that `shuzi.train` wrote.
        dataset: its test part is used; if None, `load_mnist(data, offline=offline)`, and without
            `data` the file that the run was trained on, if it is still there.

    Raises:
        RunError: it is not a finished run.
        DataError: there is no data.
    """
    folder = Path(run)
    recogniser, record = open_run(folder)
    if dataset is None:
        dataset = load_mnist(data or _source(record), offline=offline)
    images, labels = dataset.test_images, dataset.test_labels
    probabilities = recogniser.predict(images)
    found = score(probabilities, labels)
    figures.confusion(np.array(found.confusion), folder / "confusion.png")
    figures.mistakes(images, labels, probabilities, folder / "mistakes.png")
    report = {"data": {"name": dataset.name, "source": dataset.source}} | found.to_dict()
    with write_atomically(folder / "evaluation.json") as temporary:
        temporary.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    return found


def score(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> Evaluation:
    """All scores of probabilities float32 (n, 10) for labels uint8 (n,)."""
    matrix = metrics.confusion_matrix(probabilities.argmax(axis=1), labels)
    accuracy = metrics.accuracy(probabilities, labels)
    return Evaluation(
        n=len(labels),
        loss=metrics.log_loss(probabilities, labels),
        accuracy=accuracy,
        interval=metrics.wilson_interval(accuracy, len(labels)),
        accuracy_by_class=metrics.accuracy_by_class(matrix),
        confusion=matrix.tolist(),
    )


def predict_file(
    run: str | PathLike[str], source: str | PathLike[str], output: str | PathLike[str]
) -> float | None:
    """Write ten probabilities and the digit for every image of a file.

    Args:
        run: a folder that `shuzi.train` wrote.
        source: images, as `shuzi.dataset.load_images` takes them.
        output: an .npz (probabilities float32 (n, 10), digits uint8 (n,)) or a .csv.

    Returns:
        The accuracy, if the file has labels.

    Raises:
        UsageError: `output` is neither .npz nor .csv.
        RunError, DataError, OutputError: see `shuzi.errors`.
    """
    output = Path(output)
    if output.suffix not in (".npz", ".csv"):
        raise UsageError(f"{output} must end in .npz or .csv.", "Give such a name to --output.")
    recogniser, _ = open_run(Path(run))
    images, labels = load_images(source)
    probabilities = recogniser.predict(images)
    with write_atomically(output) as temporary:
        _write(probabilities, temporary)
    return None if labels is None else metrics.accuracy(probabilities, labels)


def open_run(folder: Path) -> tuple[Recogniser, dict[str, Any]]:
    """The model and the record of a finished run.

    Raises:
        RunError: it is not a run folder, or the run has not finished.
        ModelError: its model is damaged.
    """
    if not (folder / "run.json").is_file():
        raise RunError(f"{folder} is not a run folder: it has no run.json.")
    if not (folder / "model.onnx").is_file():
        raise RunError(
            f"{folder} has no model.onnx: the run has not finished.",
            f"Finish it with: shuzi train --resume {folder}",
        )
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{folder / 'run.json'} cannot be read: {error}") from error
    return Recogniser(folder / "model.onnx"), dict(record)


def _source(record: dict[str, Any]) -> str | None:
    source = str(record.get("data", {}).get("source", ""))
    return source if source and Path(source).exists() else None


def _write(probabilities: NDArray[np.float32], path: Path) -> None:
    digits = probabilities.argmax(axis=1).astype(np.uint8)
    if path.suffix == ".npz":
        np.savez(path, probabilities=probabilities, digits=digits)
        return
    header = ",".join(["image", "digit", *(f"p{digit}" for digit in range(10))])
    rows = (
        f"{i},{digit}," + ",".join(f"{p:.7g}" for p in row)
        for i, (digit, row) in enumerate(zip(digits, probabilities, strict=True))
    )
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
