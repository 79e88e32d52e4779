"""`shuzi train` and `shuzi recipes`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shuzi.cli.boundary import need_extra, stopped
from shuzi.cli.options import Data, Invert, Normalise, Offline, Transpose, among
from shuzi.errors import UsageError
from shuzi.output import say

if TYPE_CHECKING:
    from shuzi.dataset import Dataset
    from shuzi.training.finetune import Outcome
    from shuzi.training.recipes import Recipe
    from shuzi.training.run import Run

DEFAULT = "tutorial"


def _recipes(incomplete: str) -> list[str]:
    """Their names that begin so, for a shell."""
    from shuzi.training.recipes import NUMBER, PAGE, RECIPES

    return among((*RECIPES, NUMBER.name, PAGE.name))(incomplete)


@stopped("Nothing was trained.")
def train(  # noqa: PLR0913, PLR0917 - an option each
    recipe: Annotated[
        str | None,
        typer.Argument(
            help=f"Its name, {DEFAULT} by default; `shuzi recipes` lists them.",
            autocompletion=_recipes,
        ),
    ] = None,
    data: Data = None,
    offline: Offline = False,
    invert: Invert = False,
    transpose: Transpose = False,
    normalise: Normalise = None,
    validation: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="Validate on the images of this, instead of held-out ones."
        ),
    ] = None,
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
    seeds: Annotated[
        int,
        typer.Option(
            min=1, help="So many runs, with --seed and the seeds after it; again, it goes on."
        ),
    ] = 1,
    precision: Annotated[
        str,
        typer.Option(help="auto, bf16 or fp32.", autocompletion=among(("auto", "bf16", "fp32"))),
    ] = "auto",
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
    need_extra("train", "torch", "safetensors", "matplotlib", "onnx", "onnxscript")
    if from_review is not None and (recipe or keras or resume or teacher or precision != "auto"):
        raise UsageError("--from-review takes its recipe from the model that it starts from.")
    if seeds > 1 and (resume is not None or from_review is not None):
        raise UsageError("--seeds goes with neither --resume nor --from-review.")
    if from_review is None and start is not None:
        raise UsageError("--start goes with --from-review.")
    from shuzi.dataset import load_data

    place: dict[str, Any] = {"offline": offline, "invert": invert, "transpose": transpose}
    place |= {"normalise": normalise, "progress": verbose > 0}
    if from_review is not None:
        mnist = load_data(data, **place)
        options = {"model": start, "out": out, "seed": seed, "settings": settings or []}
        _train_further(from_review, mnist, options | {"threads": threads, "verbose": verbose})
        return
    if resume is not None:
        given = (recipe, settings, out, keras, teacher, validation, invert, transpose)
        if any(given) or normalise is not None:
            raise UsageError("--resume takes recipe, settings, models and folder from the run.")
        from shuzi.training.run import resume as go_on

        finished, is_tested = go_on(resume, data=data, verbose=verbose), True
    else:
        from shuzi.training.recipes import find_recipe

        if keras is not None:
            need_extra("keras", "keras")
        chosen = find_recipe(recipe or DEFAULT).with_settings(settings or [])
        dataset = load_data(data, validation=validation, **place)
        # Only now, for it takes seconds: what cannot be trained is refused at once.
        from shuzi.evaluation.report import tell_form
        from shuzi.training.run import train as train_recipe

        if verbose:
            tell_form(dataset, dataset.source, dataset.lacks())
        models: dict[str, Any] = {"keras": keras, "teacher": teacher}
        models |= {"precision": precision, "threads": threads, "verbose": verbose}
        if seeds > 1:
            _train_seeds(chosen, seeds, dataset, out, seed, models)
            return
        finished = train_recipe(chosen, dataset=dataset, out=out, seed=seed, **models)
        is_tested = len(dataset.test_labels) > 0
    if verbose:
        say(f"The run is in {finished.folder}. Next: shuzi {_following(finished, is_tested)}")


def _following(run: "Run", is_tested: bool) -> str:
    """What to do with a run first."""
    if run.network in ("page", "number"):
        return f"read --{run.network}-model {run.folder} PICTURE"
    if is_tested:
        return f"evaluate {run.folder}"
    return f"predict {run.folder} IMAGES -o predictions.csv"


def _train_seeds(
    recipe: "Recipe",
    seeds: int,
    dataset: "Dataset",
    out: Path | None,
    seed: int,
    options: dict[str, Any],
) -> None:
    from shuzi.evaluation.compare import compare_runs, to_table
    from shuzi.training.seeds import train_seeds

    folder = out or Path("runs") / f"{recipe.name}-seeds"
    folders = train_seeds(recipe, seeds, dataset=dataset, out=folder, seed=seed, **options)
    if options["verbose"]:
        say(to_table(compare_runs(folders)))
        say(f"The runs are in {folder}. Next: shuzi compare {folder} --out curves.png")


def _train_further(queue: str, dataset: "Dataset", options: dict[str, Any]) -> None:
    need_extra("web", "sqlalchemy", "alembic")
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


def recipes() -> None:
    """List the recipes and what can be set.

    Example: shuzi recipes
    """
    from shuzi.training.recipes import NUMBER, PAGE, RECIPES, knobs

    for recipe in (*RECIPES.values(), NUMBER, PAGE):
        say(recipe.name)
        for name, value in recipe.applying().items():
            shown = ",".join(map(str, value)) if isinstance(value, list) else value
            say(f"  {name}={shown}")
    say("\nFields, for --set field=value; a recipe above shows those that decide something in it:")
    for name, (meaning, allowed) in knobs().items():
        say(f"  {name}: {meaning}; {allowed}")
