"""`shuzi evaluate` and `shuzi predict`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shuzi.cli.boundary import need_extra, stopped
from shuzi.cli.options import Data, Invert, Normalise, Offline, RunFolder, Transpose
from shuzi.output import say

if TYPE_CHECKING:
    from shuzi.evaluation.report import Evaluation


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
    normalise: Normalise = None,
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
    need_extra("train", "matplotlib", "jinja2")
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
        normalise=normalise,
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


@stopped("Nothing was written.")
def predict(
    run: RunFolder,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Images, of any form that --data takes.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT", help="An .npz or .csv to write.")
    ],
    invert: Invert = False,
    transpose: Transpose = False,
    normalise: Normalise = None,
    kaggle: Annotated[
        bool | None,
        typer.Option(
            "--kaggle/--no-kaggle",
            help="Write ImageId,Label as Kaggle takes them, or all probabilities. "
            "By default the first for a CSV without labels, such as Kaggle's test.csv.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write probabilities and digit of many images.

    Example: shuzi predict runs/first mnist.npz -o predictions.csv

    Example: shuzi predict runs/first test.csv -o submission.csv
    """
    need_extra("train", "matplotlib")
    from shuzi.evaluation.report import predict_file

    accuracy = predict_file(
        run,
        file,
        output,
        to_kaggle=kaggle,
        invert=invert,
        transpose=transpose,
        normalise=normalise,
        verbose=1,
    )
    say(f"Written to {output}")
    if accuracy is not None:
        say(f"accuracy {accuracy:.4f}")
