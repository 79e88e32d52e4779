"""A model on images that it never saw."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.card import check_card
from shuzi.dataset import Dataset, Options, check_dataset, load_data, load_images
from shuzi.errors import DataError, RunError, UsageError, check_paths, way
from shuzi.evaluation import figures, metrics
from shuzi.evaluation.calibration import Bin, expected_calibration_error, reliability
from shuzi.evaluation.corruptions import CORRUPTIONS, corrupt
from shuzi.evaluation.coverage import Coverage, coverage_at, risk_coverage
from shuzi.evaluation.mistakes import describe_mistakes
from shuzi.evaluation.orientation import complain, warn
from shuzi.evaluation.sets import (
    Pictures,
    RefusalScore,
    WriterScore,
    find_sets,
    read_pictures,
    score_refusal,
    score_writers,
)
from shuzi.evaluation.webpage import Tested, write_page
from shuzi.files import check_other, make_folder, read_json, write_atomically
from shuzi.form import Images, Orientation
from shuzi.recognise.engine import Recogniser
from shuzi.text import csv_line

THRESHOLDS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999)
POINTS = 200
"""Of the risk-coverage curve, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Scores on a test set.

    `loss` is the mean cross-entropy in nats; `interval` the accuracy's 95 % interval;
    `accuracy_by_class`, which is the recall, has None for a digit without images,
    `precision_by_class` for one that was never read, `f1_by_class` for one without both;
    `confusion` counts truth (row) by guess (column); `calibration_error` is the expected one over
    the 15 bins of `reliability`; `risk_coverage` has up to 200 points of the curve. `sets` are
    digits of other writers, `refusals` what is not a digit, `corruptions` the accuracy by
    corruption; empty by default.
    """

    n: int
    loss: float
    accuracy: float
    interval: tuple[float, float]
    accuracy_by_class: list[float | None]
    precision_by_class: list[float | None]
    f1_by_class: list[float | None]
    confusion: list[list[int]]
    calibration_error: float
    reliability: tuple[Bin, ...]
    risk_coverage: tuple[Coverage, ...]
    sets: tuple[WriterScore, ...] = ()
    refusals: tuple[RefusalScore, ...] = ()
    corruptions: dict[str, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def evaluate(  # noqa: PLR0913 - an option each
    run: str | PathLike[str] | None = None,
    dataset: Dataset | None = None,
    *,
    model: str | PathLike[str] | None = None,
    out: str | PathLike[str] | None = None,
    data: str | PathLike[str] | None = None,
    offline: bool = False,
    sets: Iterable[str | PathLike[str]] = (),
    corruptions: bool = False,
    invert: bool = False,
    transpose: bool = False,
    normalise: bool | None = None,
    verbose: int = 0,
) -> Evaluation:
    """Test a run or a model; write evaluation.json, mistakes.json, report.html and its pictures.

    Args:
        run: a folder that `shuzi.train` wrote.
        dataset: its test part is used; if None, that of `load_data(data, offline=offline)`, or all
            of it if it has no test part; and without `data` the file that the run was trained on,
            read as then.
        model: a model.onnx instead of a run; the model that shuzi carries if both are None.
        out: the folder to write into; the run, or `evaluation` for a model, if None.
        sets: files and folders of pictures of other writers and of what is not a digit, as
            `shuzi.evaluation.sets` reads them.
        corruptions: whether to test on the fifteen corruptions too.
        invert, transpose, normalise: as `load_data` takes them, for `data`.
        verbose: 1 says on standard error if the images look inverted or transposed, or are those
            that the run learned from.

    Raises:
        UsageError: both a run and a model are given, or what is no path or no dataset.
        RunError: it is not a finished run.
        DataError: there is no data, the run's is no longer where it was, or a set is empty or of
            another layout.
    """
    check_paths(run=run, model=model, out=out, data=data)
    check_dataset(dataset)
    recogniser, record = _open(run, model)
    pictures = find_sets(sets)
    if dataset is None:
        how: Options = {"invert": invert, "transpose": transpose, "normalise": normalise}
        dataset = data_of_run(record, data, offline=offline, **how)
    dataset.check_test()
    folder = Path(out or run or "evaluation")
    make_folder(folder)
    images, labels = dataset.test_images, dataset.test_labels
    if verbose:
        # Of the run's own data its training said it.
        if data is not None:
            tell_form(dataset, dataset.source)
        warn(images, labels, dataset.source, dataset.orientation, learned_from(record))
    learned = _part(_part(record, "data"), "fingerprint").get("train_images")
    is_learned = learned == dataset.fingerprint["test_images"]
    if verbose and is_learned:
        complain(f"{dataset.source} is what {run} learned from: the scores will look too good.")
    probabilities = recogniser.predict(images)
    found = replace(
        score(probabilities, labels),
        sets=_score_sets(recogniser, pictures),
        refusals=_score_refusals(recogniser, pictures, probabilities),
        corruptions=corrupted_accuracies(recogniser, images, labels) if corruptions else None,
    )
    figures.confusion(np.array(found.confusion), folder / "confusion.png")
    figures.mistakes(images, labels, probabilities, folder / "mistakes.png")
    figures.reliability(found.reliability, folder / "reliability.png")
    figures.risk_coverage(found.risk_coverage, folder / "risk-coverage.png")
    source = {
        "name": dataset.name,
        "source": dataset.source,
        "images": dataset.fingerprint["test_images"],
    }
    with write_atomically(folder / "evaluation.json") as temporary:
        report = {"data": source} | found.to_dict()
        text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
        temporary.write_text(text, encoding="utf-8")
    worst = describe_mistakes(images, probabilities, labels)
    with write_atomically(folder / "mistakes.json") as temporary:
        temporary.write_text(json.dumps(worst) + "\n")
    thresholds = [coverage_at(probabilities, labels, threshold) for threshold in THRESHOLDS]
    tested = Tested(source, found, thresholds, worst, images, folder, is_learned)
    subject = str(run or recogniser.path)
    write_page(folder / "report.html", subject, record, Path(run) if run else None, tested)
    return found


def score(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> Evaluation:
    """All scores of probabilities float32 (n, 10) for labels uint8 (n,)."""
    guesses, confidences = probabilities.argmax(axis=1), probabilities.max(axis=1)
    matrix = metrics.confusion_matrix(guesses, labels)
    accuracy = metrics.accuracy(probabilities, labels)
    return Evaluation(
        n=len(labels),
        loss=metrics.log_loss(probabilities, labels),
        accuracy=accuracy,
        interval=metrics.wilson_interval(accuracy, len(labels)),
        accuracy_by_class=metrics.accuracy_by_class(matrix),
        precision_by_class=metrics.precision_by_class(matrix),
        f1_by_class=metrics.f1_by_class(matrix),
        confusion=matrix.tolist(),
        calibration_error=expected_calibration_error(confidences, guesses == labels),
        reliability=reliability(confidences, guesses == labels),
        risk_coverage=_thinned(risk_coverage(probabilities, labels)),
    )


def corrupted_accuracies(
    recogniser: Recogniser, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> dict[str, float]:
    """Accuracy under each of the fifteen corruptions.

    Args:
        images: uint8 (n, 28, 28).
        labels: uint8 (n,).
    """
    return {
        name: metrics.accuracy(recogniser.predict(corrupt(images, name)), labels)
        for name in CORRUPTIONS
    }


def predict_file(
    run: str | PathLike[str],
    source: str | PathLike[str],
    output: str | PathLike[str],
    *,
    to_kaggle: bool | None = None,
    invert: bool = False,
    transpose: bool = False,
    normalise: bool | None = None,
    verbose: int = 0,
) -> float | None:
    """Write what a run reads in every image of a file or a folder.

    Args:
        run: a folder that `shuzi.train` wrote.
        source: images, as `shuzi.dataset.load_images` takes them.
        output: an .npz (probabilities float32 (n, 10), digits uint8 (n,)), or a .csv of the image
            (its number from 0, or its file's name), the digit and the ten probabilities.
        to_kaggle: write a .csv as Kaggle takes it, ImageId (from 1) and Label; None does so for a
            CSV without labels, as Kaggle's test.csv is.
        invert, transpose, normalise: as `load_data` takes them.
        verbose: 1 says on standard error if the images look inverted or transposed.

    Returns:
        The accuracy, if the file has labels.

    Raises:
        UsageError: `output` is neither .npz nor .csv, or is the source itself.
        RunError, DataError, OutputError: see `shuzi.errors`.
    """
    output = Path(output)
    if output.suffix not in (".npz", ".csv"):
        raise UsageError(f"{output} must end in .npz or .csv.", "Give a name that ends so.")
    check_other(output, source)
    recogniser, record = open_run(Path(run))
    how: Options = {"invert": invert, "transpose": transpose, "normalise": normalise}
    found = load_images(source, progress=verbose > 0, **how)
    if verbose:
        tell_form(found, str(source))
        given = Orientation(invert, transpose)
        warn(found.images, found.labels, str(source), given, learned_from(record))
    probabilities = recogniser.predict(found.images)
    if to_kaggle is None:
        to_kaggle = found.labels is None and found.form.startswith("CSV")
    with write_atomically(output) as temporary:
        _write(probabilities, found.names, temporary, to_kaggle)
    return None if found.labels is None else metrics.accuracy(probabilities, found.labels)


def open_run(folder: Path) -> tuple[Recogniser, dict[str, Any]]:
    """The model and the record of a finished run.

    Raises:
        RunError: it is not a run folder, or the run has not finished.
        ModelError: its model is damaged, or another run's.
    """
    if not (folder / "run.json").exists():
        raise RunError(f"{folder} is not a run folder: it has no run.json.")
    if not (folder / "model.onnx").exists():
        raise RunError(
            f"{folder} has no model.onnx: the run has not finished.",
            f"Finish it with: {way('resume', folder)}",
        )
    try:
        record = read_json(folder / "run.json")
        if not isinstance(record, dict):
            raise ValueError("it is not an object")
    except (OSError, ValueError) as error:
        raise RunError(f"{folder / 'run.json'} cannot be read: {error}") from error
    recogniser = Recogniser(folder / "model.onnx")
    check_card(recogniser.path, record)
    return recogniser, record


def _open(
    run: str | PathLike[str] | None, model: str | PathLike[str] | None
) -> tuple[Recogniser, dict[str, Any]]:
    """The model, and its run's record; an empty one of a model alone."""
    if run is None:
        return Recogniser(model), {}
    if model is not None:
        raise UsageError(
            f"Both the run {run} and the model {model} are given.", "Give one of them."
        )
    return open_run(Path(run))


def _score_sets(recogniser: Recogniser, sets: Sequence[Pictures]) -> tuple[WriterScore, ...]:
    return tuple(
        score_writers(s.name, read_pictures(recogniser, s.images), s.labels)
        for s in sets
        if s.labels is not None
    )


def _score_refusals(
    recogniser: Recogniser, sets: Sequence[Pictures], of_digits: NDArray[np.float32]
) -> tuple[RefusalScore, ...]:
    return tuple(
        score_refusal(s.name, read_pictures(recogniser, s.images), of_digits)
        for s in sets
        if s.labels is None
    )


def _thinned(curve: Sequence[Coverage]) -> tuple[Coverage, ...]:
    places = np.unique(np.linspace(0, len(curve) - 1, POINTS).round().astype(int))
    return tuple(curve[place] for place in places) if curve else ()


def data_of_run(
    record: dict[str, Any],
    data: str | PathLike[str] | None = None,
    *,
    offline: bool = False,
    invert: bool = False,
    transpose: bool = False,
    normalise: bool | None = None,
) -> Dataset:
    """The dataset at `data`, all of which tests if it has no test part; without it the run's own,
    read as then, which for MNIST and for a model alone is wherever `load_data` finds it.

    Args:
        record: the run's, or an empty one.

    Raises:
        DataError: the run's own data is not where it was, or any other of `load_data`.
    """
    how: Options = {"invert": invert, "transpose": transpose, "normalise": normalise}
    if data:
        found = load_data(data, **how)
        if len(found.test_labels) == 0:
            images, labels = found.train_images, found.train_labels
            return replace(found, test_images=images, test_labels=labels)
        return found
    about = _part(record, "data")
    source = about.get("source")
    # Path.exists raises for some names, such as those that are too long.
    if isinstance(source, str) and os.path.exists(source):  # noqa: PTH110
        is_said = invert or transpose or normalise is not None
        return load_data(source, offline=offline, **(how if is_said else options_of(about)))
    if isinstance(source, str) and about.get("name") != "MNIST":
        was = "was in memory" if source == "memory" else f"is no longer at {source}"
        raise DataError(
            f"The data of the run {was}.",
            f"Give the place where it is now, or other data, to {_as_then(about)}.",
        )
    return load_data(offline=offline, **how)


def _as_then(about: dict[str, Any]) -> str:
    """The option that names data, and those that a run read its own with."""
    own = options_of(about)
    switches = [name for name in ("invert", "transpose") if own[name]]
    if own["normalise"] is not None:
        switches.append("normalise" if own["normalise"] else "no_normalise")
    return way("data") + (f" (it was read with {' '.join(map(way, switches))})" * bool(switches))


def options_of(about: Any) -> Options:
    """How a run read its data, from the record's part of it."""
    normalise = about.get("normalise") if isinstance(about, dict) else None
    orientation = orientation_of(about, "orientation")
    return {
        "invert": orientation.invert,
        "transpose": orientation.transpose,
        "normalise": normalise if isinstance(normalise, bool) else None,
    }


def tell_form(found: Dataset | Images, source: str, more: Sequence[str] = ()) -> None:
    """Say on standard error what data was recognised as, unless it is MNIST itself or was given as
    arrays, and more that is to say of it."""
    notes = [*found.notes, *more]
    goes_without = found.form == "arrays" or (isinstance(found, Dataset) and found.is_mnist)
    if notes or not goes_without:
        complain("\n  ".join([f"{source}: {found.form}.", *notes]))


def learned_from(record: dict[str, Any]) -> Orientation:
    """How the images looked that a run learned from; as MNIST's, if it does not say."""
    return orientation_of(record.get("data"), "looks")


def orientation_of(values: Any, name: str) -> Orientation:
    """An orientation from a part of a run's record; that of MNIST, if it says none."""
    found = _part(values, name)
    return Orientation(found.get("invert") is True, found.get("transpose") is True)


def _part(values: Any, name: str) -> dict[str, Any]:
    """A part of a run's record; empty if it has no such part."""
    found = values.get(name) if isinstance(values, dict) else None
    return found if isinstance(found, dict) else {}


def _write(
    probabilities: NDArray[np.float32], names: Sequence[str], path: Path, to_kaggle: bool
) -> None:
    digits = probabilities.argmax(axis=1).astype(np.uint8)
    if path.suffix == ".npz":
        np.savez(path, probabilities=probabilities, digits=digits)
        return
    if to_kaggle:
        lines = ["ImageId,Label", *(f"{i},{digit}" for i, digit in enumerate(digits, 1))]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return
    images = names or range(len(digits))
    rows = (
        csv_line(image, digit, *(f"{p:.7g}" for p in row))
        for image, digit, row in zip(images, digits, probabilities, strict=True)
    )
    head = csv_line("image", "digit", *(f"p{digit}" for digit in range(10)))
    path.write_text("".join([head, *rows]), encoding="utf-8")
