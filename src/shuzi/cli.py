"""The command line: each command opens, calls the library and prints."""

import functools
import io
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, ParamSpec, TypeVar

import typer

import shuzi
from shuzi.errors import Interrupted, MissingExtraError, ShuziError, UsageError, extra
from shuzi.output import Progress, say, take_over, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuzi.dataset import Dataset
    from shuzi.evaluation.report import Evaluation
    from shuzi.reading import Result
    from shuzi.review.figures import Figures
    from shuzi.review.intake import Intake
    from shuzi.training.finetune import Outcome

app = typer.Typer(
    name="shuzi",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
data_app = typer.Typer(
    help="Fetch MNIST, or look at a dataset.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(data_app, name="data")
review_app = typer.Typer(
    help="Look at a review queue, or export what was decided.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(review_app, name="review")

P = ParamSpec("P")
R = TypeVar("R")


def stopped(remains: str) -> "Callable[[Callable[P, R]], Callable[P, R]]":
    """Let a command that Ctrl-C stops say what remains of it."""

    def decorate(command: "Callable[P, R]") -> "Callable[P, R]":
        @functools.wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return command(*args, **kwargs)
            except KeyboardInterrupt:
                raise Interrupted(f"Stopped. {remains}", "Run it again.") from None

        return run

    return decorate


Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="PATH",
        help="An .npz in Keras's layout, or a folder (or one file) of the four IDX files. "
        "Without it: $SHUZI_DATA, the caches of shuzi and Keras, the mirrors.",
    ),
]
Offline = Annotated[bool, typer.Option("--offline", help="Never touch the network.")]
Invert = Annotated[bool, typer.Option("--invert", help="The images' ink is dark on bright paper.")]
Transpose = Annotated[
    bool, typer.Option("--transpose", help="The images' rows are columns, as in EMNIST's files.")
]
Queue = Annotated[
    str, typer.Argument(metavar="DB", help="A file (SQLite) or a URL, postgresql://...")
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A folder that `train` wrote.")]


@app.callback(invoke_without_command=True)
def shuzi_command(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[  # noqa: ARG001 - main takes it
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,
) -> None:
    """Read handwritten digits, and know when you can't."""
    if version:
        say(f"shuzi {shuzi.__version__}")
        raise typer.Exit


@app.command()
def read(  # noqa: PLR0913, PLR0917 - an option each
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Pictures, PDFs, folders of them; - is a pipe."),
    ],
    kind: Annotated[
        str, typer.Option("--as", help="What the pictures are: auto, digit, number or page.")
    ] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a page.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One row a number.")] = False,
    rotate: Annotated[
        int | None,
        typer.Option(
            help="Degrees to turn clockwise: 0, 90, 180 or 270; else told from each page."
        ),
    ] = None,
    target_error: Annotated[
        float, typer.Option(help="The share of wrong numbers among those accepted.")
    ] = 0.01,
    digits_only: Annotated[
        bool, typer.Option("--digits-only", help="Leave out minus signs, points and commas.")
    ] = False,
    explain: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write what was seen here: pictures and advice."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="MODEL", help="A run or model.onnx to read digits with, instead of shuzi's own."
        ),
    ] = None,
    network: Annotated[
        bool,
        typer.Option("--network", help="Let a network find the numbers: for photos of columns."),
    ] = False,
    page_model: Annotated[
        Path | None,
        typer.Option(metavar="MODEL", help="With the network of this run of `train page`."),
    ] = None,
    max_pixels: Annotated[int, typer.Option(min=1, help="Refuse larger pictures.")] = 50_000_000,
    review: Annotated[
        str | None,
        typer.Option(metavar="DB", help="Queue what was not accepted: a file or a PostgreSQL URL."),
    ] = None,
    sample: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="With --review: this share of the accepted too.",
            show_default="0.02",
        ),
    ] = None,
    double_entry: Annotated[
        bool, typer.Option("--double-entry", help="With --review: two people must agree.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Name the files that are skipped.")
    ] = False,
) -> None:
    """Read handwritten digits, numbers and pages of them.

    A blank picture has no number, which is not an error. Check what has a ? after it.

    Example: shuzi read examples/3.png
    """
    from shuzi.reader import Reader
    from shuzi.reading import Failure, find_files, read_files

    if as_json and as_csv:
        raise UsageError("--json and --csv cannot go together.", "Give one of them.")
    if review is None and (sample is not None or double_entry):
        raise UsageError("--sample and --double-entry go with --review.")
    reader = Reader(
        model,
        network=network,
        page_model=page_model,
        kind=kind,
        rotate=rotate,
        target_error=target_error,
        digits_only=digits_only,
        max_pixels=max_pixels,
    )
    files, skipped = find_files(paths)
    if skipped:
        names = ": " + ", ".join(map(str, skipped)) if verbose else "; -v names them"
        tell(f"shuzi: skipped {len(skipped)} of other kinds{names}.")
    intake = None if review is None else _intake(review, sample, double_entry)
    writer = _writer(as_json, as_csv)
    failure: ShuziError | None = None
    progress = Progress(files)
    try:
        for result in read_files(reader, progress, explain, intake.add if intake else None):
            if isinstance(result, Failure):
                if len(files) == 1:
                    raise result.error
                _complain(result.error)
                failure = failure or result.error
            say(writer(result), end="")
    except KeyboardInterrupt:
        raise _stopped(progress, intake) from None
    if intake is not None:
        tell(f"shuzi: queued {intake.count} for review.")
    if failure:
        raise typer.Exit(failure.exit_code)


def _stopped(progress: Progress, intake: "Intake | None") -> Interrupted:
    done, files = progress.done, progress.files
    where = f"; the next is {files[done]}" if done < len(files) else ""
    queued = f" The {intake.count} queued for review stay queued." if intake else ""
    return Interrupted(
        f"Stopped: {done} of {len(files)} files were read{where}.{queued}",
        "Run it again with the rest.",
    )


def _intake(place: str, sample: float | None, double_entry: bool) -> "Intake":
    _need_extra("web", "sqlalchemy", "alembic")
    from shuzi.review.intake import Intake
    from shuzi.review.sample import SHARE
    from shuzi.review.store import open_store

    share = SHARE if sample is None else sample
    return Intake(open_store(place), share, 2 if double_entry else 1)


def _writer(as_json: bool, as_csv: bool) -> "Callable[[Result], str]":
    from shuzi import reading

    if as_csv:
        say(reading.csv_header(), end="")
        return reading.to_csv
    return reading.to_json if as_json else reading.to_text


@app.command()
@stopped("Nothing was trained.")
def train(  # noqa: PLR0913, PLR0917 - an option each
    recipe: Annotated[str | None, typer.Argument(help="Its name; see `shuzi recipes`.")] = None,
    data: Data = None,
    offline: Offline = False,
    invert: Invert = False,
    transpose: Transpose = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The run folder; runs/<recipe>-<time> by default."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Change a field of the recipe."),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Decides the weights, the order and the dropout.")
    ] = 0,
    precision: Annotated[str, typer.Option(help="auto, bf16 or fp32.")] = "auto",
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads to train with; all cores by default.")
    ] = None,
    keras: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Train the Sequential of this .keras file instead."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Go on with an interrupted run.")
    ] = None,
    teacher: Annotated[
        Path | None,
        typer.Option(
            metavar="MODEL", help="A run or model.onnx to learn from, for a recipe with `taught`."
        ),
    ] = None,
    from_review: Annotated[
        str | None,
        typer.Option(metavar="DB", help="Train shuzi's digit model further with what was decided."),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="With --from-review: a run or model.onnx instead."),
    ] = None,
    verbose: Annotated[
        int, typer.Option(min=0, max=2, help="0 silent, 1 lines and a bar, 2 lines.")
    ] = 1,
) -> None:
    """Train a recogniser into a run folder.

    Example: shuzi train tutorial --set epochs=10 --set hidden=256,256 --seed 3

    Example: shuzi train --from-review reviews.db
    """
    _need_extra("train", "torch", "safetensors", "matplotlib", "onnx", "onnxscript")
    if from_review is not None and (recipe or keras or resume or teacher or precision != "auto"):
        raise UsageError("--from-review takes its recipe from the model that it starts from.")
    if from_review is None and start is not None:
        raise UsageError("--start goes with --from-review.")
    from shuzi.dataset import load_mnist

    place: dict[str, Any] = {"offline": offline, "invert": invert, "transpose": transpose}
    if from_review is not None:
        mnist = load_mnist(data, progress=verbose > 0, **place)
        options = {"model": start, "out": out, "seed": seed, "settings": settings or []}
        _train_further(from_review, mnist, options | {"threads": threads, "verbose": verbose})
        return
    from shuzi.training import run as runs
    from shuzi.training.recipes import find_recipe

    if resume is not None:
        if recipe or settings or out or keras or teacher or invert or transpose:
            raise UsageError("--resume takes recipe, settings, models and folder from the run.")
        finished = runs.resume(resume, data=data, verbose=verbose)
    else:
        if keras is not None:
            _need_extra("keras", "keras")
        chosen = find_recipe(recipe or "tutorial").with_settings(settings or [])
        dataset = load_mnist(data, progress=verbose > 0, **place)
        finished = runs.train(
            chosen,
            dataset=dataset,
            out=out,
            seed=seed,
            precision=precision,
            threads=threads,
            keras=keras,
            teacher=teacher,
            verbose=verbose,
        )
    if verbose:
        sees = finished.network == "page"
        following = (
            f"read --page-model {finished.folder} PICTURE"
            if sees
            else (f"evaluate {finished.folder}")
        )
        say(f"The run is in {finished.folder}. Next: shuzi {following}")


def _train_further(queue: str, dataset: "Dataset", options: dict[str, Any]) -> None:
    _need_extra("web", "sqlalchemy", "alembic")
    from shuzi.review.store import open_store

    with open_store(queue, create=False) as store:
        from shuzi.training.finetune import finetune

        outcome = finetune(store, dataset, **options)
    _print_outcome(outcome)


def _print_outcome(outcome: "Outcome") -> None:
    for score in (outcome.corrections, *outcome.frozen):
        before, after = score.before / score.n, score.after / score.n
        say(f"{score.name}: {before:.4f} before, {after:.4f} now, of {score.n}")
    if outcome.is_better:
        say(f"The new model is better. Use it: --model {outcome.folder / 'model.onnx'}")
    else:
        say(f"The new model is not better; keep the old one. It is in {outcome.folder}.")


@app.command()
@stopped("What was written is whole, but not all of the report.")
def evaluate(
    run: Annotated[
        Path | None,
        typer.Argument(metavar="[RUN]", help="A folder that `train` wrote.", show_default=False),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A model.onnx instead; without both, shuzi's own."),
    ] = None,
    data: Data = None,
    offline: Offline = False,
    invert: Invert = False,
    transpose: Transpose = False,
    sets: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Digits of other writers, or not_digits; repeatable."),
    ] = None,
    corruptions: Annotated[
        bool, typer.Option("--corruptions", help="Fifteen ways of damage, a row each.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to write; the run, or `evaluation` for a model."),
    ] = None,
) -> None:
    """Test a run or a model, and write a report.

    Example: shuzi evaluate runs/first
    """
    _need_extra("train", "matplotlib", "jinja2")
    from shuzi.evaluation.report import evaluate as evaluate_model

    found = evaluate_model(
        run,
        model=model,
        out=out,
        data=data,
        offline=offline,
        sets=sets or (),
        corruptions=corruptions,
        invert=invert,
        transpose=transpose,
        verbose=1,
    )
    _print_evaluation(found)
    say(f"Written to {out or run or 'evaluation'}: report.html, evaluation.json, pictures")


def _print_evaluation(found: "Evaluation") -> None:
    low, high = found.interval
    say(f"test images   {found.n}")
    say(f"test loss     {found.loss:.6f}")
    say(f"test accuracy {found.accuracy:.4f} (95 % interval {low:.4f} to {high:.4f})")
    for digit, accuracy in enumerate(found.accuracy_by_class):
        say(f"  {digit}  " + ("no images" if accuracy is None else f"{accuracy:.4f}"))
    say(f"calibration error {found.calibration_error:.4f}")
    for writers in found.sets:
        say(f"{writers.name}: accuracy {writers.accuracy:.4f} of {writers.n}")
    for refused in found.refusals:
        say(f"{refused.name}: area under the ROC curve {refused.roc_area:.4f}")
    for name, accuracy in (found.corruptions or {}).items():
        say(f"{name}: accuracy {accuracy:.4f}")


@app.command()
@stopped("Nothing was written.")
def predict(
    run: RunFolder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Images: .npz, .npy or IDX.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT", help="An .npz or .csv to write.")
    ],
    invert: Invert = False,
    transpose: Transpose = False,
) -> None:
    """Write probabilities and digit of many images.

    Example: shuzi predict runs/first mnist.npz -o predictions.csv
    """
    _need_extra("train", "matplotlib")
    from shuzi.evaluation.report import predict_file

    accuracy = predict_file(run, file, output, invert=invert, transpose=transpose, verbose=1)
    say(f"Written to {output}")
    if accuracy is not None:
        say(f"accuracy {accuracy:.4f}")


@app.command()
@stopped("Nothing was written.")
def export(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="A folder that `train` wrote; of an ensemble, all."),
    ],
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="keras, int8 or ensemble.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="RUN/export.keras, RUN/int8.onnx or RUN/ensemble.onnx.",
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Write a run's model for another tool, or smaller, or several runs as one.

    int8 takes 8-bit integers; the ranges come from the training images.
    An ensemble is one model that gives the mean of all runs' probabilities.

    Example: shuzi export runs/first --to keras -o first.keras

    Example: shuzi export runs/a runs/b runs/c --to ensemble -o three.onnx
    """
    run = runs[0]
    if to not in ("keras", "int8", "ensemble"):
        raise UsageError(f"--to {to}: it must be keras, int8 or ensemble.")
    if to != "ensemble" and len(runs) > 1:
        raise UsageError(f"--to {to} takes one run, {len(runs)} are given.", "Give one of them.")
    output = output or run / {"keras": "export.keras"}.get(to, f"{to}.onnx")
    if to == "keras":
        _export_keras(run, output)
    elif to == "int8":
        _export_int8(run, output, data)
    else:
        _export_ensemble(runs, output)
    say(f"Written to {output}")


def _export_ensemble(runs: list[Path], output: Path) -> None:
    _need_extra("train", "onnx", "matplotlib", "jinja2")
    from shuzi.training.ensemble import export_ensemble

    export_ensemble(runs, output)


def _export_keras(run: Path, output: Path) -> None:
    _need_extra("keras", "keras", "torch", "safetensors", "matplotlib")
    from shuzi.training.keras_export import export_keras

    export_keras(run, output)


def _export_int8(run: Path, output: Path, data: str | None) -> None:
    _need_extra("train", "onnx", "matplotlib", "jinja2")
    from shuzi.training.quantise import export_int8

    found = export_int8(run, output, data=data)
    for name, size, accuracy in (
        ("model.onnx", found.bytes_before, found.accuracy_before),
        ("int8", found.bytes_after, found.accuracy_after),
    ):
        say(f"{name:10} {size / 1000:8.1f} kB  test accuracy {accuracy:.4f}")


@app.command()
def card(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="digit, number, a run folder or a model.onnx.")
    ] = "digit",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print a model's card: its data, recipe, scores and limits.

    Example: shuzi card number
    """
    import json

    from shuzi.card import SHIPPED, load_card, to_markdown

    found = load_card(SHIPPED.get(model, Path(model)))
    text = json.dumps(found, ensure_ascii=False) + "\n" if as_json else to_markdown(found)
    say(text, end="")


@app.command()
def serve(  # noqa: PLR0913, PLR0917 - an option each
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    token: Annotated[
        str | None,
        typer.Option(envvar="SHUZI_TOKEN", help="Clients must show it; better set $SHUZI_TOKEN."),
    ] = None,
    open_to_network: Annotated[
        bool, typer.Option("--open-to-network", help="Let others in without a token.")
    ] = False,
    names: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="HOST", help="A name that clients ask for; repeatable."),
    ] = None,
    review: Annotated[
        str | None,
        typer.Option(
            metavar="DB",
            envvar="SHUZI_REVIEW",
            help="Review database: a file or a URL; your own by default.",
        ),
    ] = None,
    runs: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Show the runs of this folder.")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="MODEL", help="A run or model.onnx to read digits with, instead of shuzi's own."
        ),
    ] = None,
    target_error: Annotated[
        float, typer.Option(help="The share of wrong numbers among those accepted.")
    ] = 0.01,
    max_bytes: Annotated[int, typer.Option(min=1, help="Of one request.")] = 20_000_000,
    max_pixels: Annotated[int, typer.Option(min=1, help="Of one page.")] = 50_000_000,
    max_pages: Annotated[int, typer.Option(min=1, help="Of one file.")] = 50,
    seconds: Annotated[float, typer.Option(min=0.1, help="That one reading may take.")] = 30,
    upload_seconds: Annotated[
        float, typer.Option(min=0.1, help="That one request may take to arrive.")
    ] = 60,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Readings at a time; a core each by default.")
    ] = None,
    queue: Annotated[int, typer.Option(min=0, help="Readings that may wait.")] = 128,
) -> None:
    """Serve the reader and its page over HTTP, to this machine.

    Example: shuzi serve --port 8000
    """
    _need_extra("web", "fastapi", "uvicorn", "python_multipart", "prometheus_client", "sqlalchemy")
    from shuzi.web.app import create_app
    from shuzi.web.server import address, bind, known_hosts, run
    from shuzi.web.settings import Settings

    settings = Settings(
        token=token,
        review=review,
        runs=runs,
        model=model,
        hosts=known_hosts(host, names or [], token, open_to_network),
        target_error=target_error,
        max_bytes=max_bytes,
        max_pixels=max_pixels,
        max_pages=max_pages,
        seconds=seconds,
        upload_seconds=upload_seconds,
        threads=threads or os.cpu_count() or 1,
        queue=queue,
    )
    with bind(host, port) as listener:
        service = create_app(settings)
        say(f"shuzi serves {address(listener)} (Ctrl-C ends it)")
        run(service, listener)


@app.command()
@stopped("What was written is whole, but not all of the set.")
def synth(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder to write into.")],
    n: Annotated[int, typer.Option("--n", min=0, help="Pictures with a number.")] = 1000,
    pages: Annotated[int, typer.Option(min=0, help="Pages with many numbers.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same.")] = 0,
    data: Data = None,
    offline: Offline = False,
) -> None:
    """Write pictures of handwritten numbers, labelled.

    They are composed of MNIST's training digits and of drawn ones. OUT must be new or empty, and
    stays so until all is written.

    Example: shuzi synth strings --n 100 --pages 2
    """
    _need_extra("train", "matplotlib")
    from shuzi.dataset import load_mnist
    from shuzi.training.labelled import write_labelled_set

    dataset = load_mnist(data, offline=offline, progress=True)
    write_labelled_set(out, dataset, n=n, pages=pages, seed=seed)
    say(f"Written to {out}: {n} pictures of numbers, {pages} pages")


@app.command()
def recipes() -> None:
    """List the recipes and what can be set.

    Example: shuzi recipes
    """
    from shuzi.training.recipes import PAGE, RECIPES, knobs

    for recipe in (*RECIPES.values(), PAGE):
        say(recipe.name)
        for name, value in recipe.to_dict().items():
            if name != "name":
                shown = ",".join(map(str, value)) if isinstance(value, list) else value
                say(f"  {name}={shown}")
    say("\nFields, for --set field=value:")
    for name, (meaning, allowed) in knobs().items():
        say(f"  {name}: {meaning}; {allowed}")


@data_app.command("fetch")
@stopped("What was downloaded whole is kept.")
def data_fetch() -> None:
    """Download MNIST into shuzi's cache, checked.

    Example: shuzi data fetch
    """
    from shuzi.download import fetch_mnist

    say(fetch_mnist(progress=True))


@data_app.command("show")
@stopped("No contact sheet was written.")
def data_show(
    data: Data = None,
    offline: Offline = False,
    invert: Invert = False,
    transpose: Transpose = False,
    sheet: Annotated[Path, typer.Option(metavar="FILE", help="The contact sheet to write.")] = Path(
        "contact-sheet.png"
    ),
) -> None:
    """Print what a dataset holds; draw a sheet of it.

    Example: shuzi data show --data mnist.npz
    """
    from shuzi.contact import contact_sheet
    from shuzi.dataset import load_mnist
    from shuzi.evaluation.orientation import warn

    found = load_mnist(data, offline=offline, progress=True, invert=invert, transpose=transpose)
    warn(found.train_images, found.train_labels, found.source, found.orientation)
    say(f"{found.name}, from {found.source}")
    for part in ("train", "test"):
        images, labels = getattr(found, f"{part}_images"), getattr(found, f"{part}_labels")
        say(
            f"{part}_images {images.shape} {images.dtype}, md5 "
            f"{found.fingerprint[f'{part}_images']}"
        )
        say(f"{part}_labels {labels.shape} {labels.dtype}")
        counts = (f"{digit}: {(labels == digit).sum()}" for digit in range(10))
        say("  " + "  ".join(counts))
    contact_sheet(found.train_images, found.train_labels, sheet)
    say(f"Contact sheet: {sheet}")


@review_app.command("status")
def review_status(queue: Queue) -> None:
    """Print how far a queue is, how fast, and how often the reader was wrong.

    Example: shuzi review status reviews.db
    """
    _need_extra("web", "sqlalchemy", "alembic")
    from shuzi.review.store import open_store

    with open_store(queue, create=False) as store:
        _print_figures(store.figures())


def _print_figures(figures: "Figures") -> None:
    say(f"open      {figures.open}, {figures.leased} of them with somebody now")
    say(f"disputed  {figures.disputed}")
    say(f"decided   {figures.decided}")
    if figures.seconds_each:
        pace = f"{figures.seconds_each:.2f} seconds each, {figures.items_per_hour:.0f} an hour"
        say(f"speed     {pace} for one person")
    if error := figures.accepted_error:
        say(
            f"accepted  {error.wrong} of {error.n} in the sample were wrong: {error.rate:.2%} "
            f"(95 % interval {error.low:.2%} to {error.high:.2%}); {error.waiting} wait"
        )
    if agreed := figures.agreement:
        say(f"agreement {agreed.share:.2%} of {agreed.n} that two people answered")
    for reviewer in figures.reviewers:
        say(f"  {reviewer.name}: {reviewer.decided}, {reviewer.seconds_each:.2f} s each")


@review_app.command("export")
@stopped("The queue is as it was; no half of a file was written.")
def review_export(
    queue: Queue,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="csv, jsonl or dataset.")],
    out: Annotated[Path, typer.Option(metavar="PATH", help="A file; of a dataset, a folder.")],
) -> None:
    """Write what was decided; a dataset is crops with their labels.

    Example: shuzi review export reviews.db --to csv --out decided.csv
    """
    _need_extra("web", "sqlalchemy", "alembic")
    from shuzi.review.export import export
    from shuzi.review.store import open_store

    with open_store(queue, create=False) as store:
        count = export(store, to, out)
    say(f"Written to {out}: {count} decided")


def _need_extra(name: str, *modules: str) -> None:
    """Refuse to start without these modules; matplotlib is told where to keep its files."""
    from importlib.util import find_spec

    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise MissingExtraError(f"This command needs {', '.join(missing)}.", extra(name))
    if "matplotlib" in modules:
        from shuzi.download import cache_folder

        # Else it makes folders of its own in the user's home.
        os.environ.setdefault("MPLCONFIGDIR", str(cache_folder() / "matplotlib"))


def _complain(error: ShuziError) -> None:
    # A name with a line break in it must not look like a message of its own.
    message, remedy = error.told("command")
    lines = f"shuzi: {message}\n{remedy}".splitlines()
    tell("\n  ".join(line.strip() for line in lines))


def main() -> NoReturn:
    """Run the command line; every error becomes one message and a documented exit code."""
    take_over()
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    # Wherever the user wrote it, it is for this boundary.
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        _check_for_empty(arguments)
        code: int | None = app(args=arguments, prog_name="shuzi", standalone_mode=False)
        sys.stdout.flush()
    except Exception as error:
        if debug:
            raise
        code = _explain(error)
    except KeyboardInterrupt:
        code = Interrupted.exit_code
    sys.exit(code or 0)


def _check_for_empty(arguments: list[str]) -> None:
    """Refuse what would else be the current folder."""
    if any(re.fullmatch("(--[a-z-]+=)?", argument) for argument in arguments):
        raise UsageError(
            "An argument is empty.", 'Did a variable such as "$FILE" have no value? Set it.'
        )


def _explain(error: Exception) -> int:
    """Say what went wrong, and give the exit code."""
    show = getattr(error, "show", None)
    if show is not None:
        # Typer's own, whose class it keeps to itself: no such command, option or value.
        said = io.StringIO()
        show(said)
        tell(said.getvalue().rstrip())
        return UsageError.exit_code
    if isinstance(error, OSError) and error.filename is not None:
        error = UsageError(
            f"{os.fsdecode(error.filename)} cannot be used: {error.strerror}.",
            "Check its name and its permissions.",
        )
    if not isinstance(error, ShuziError):
        error = ShuziError(f"Unexpected {type(error).__name__}: {error}")
    _complain(error)
    return error.exit_code
