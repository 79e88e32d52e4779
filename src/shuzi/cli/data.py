"""`shuzi data` and `shuzi synth`."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shuzi.cli.boundary import need_extra, stopped
from shuzi.cli.options import Data, Invert, Normalise, Offline, Transpose
from shuzi.errors import DataError, UsageError
from shuzi.output import say

if TYPE_CHECKING:
    from shuzi.dataset import Dataset
    from shuzi.evaluation.orientation import Look
    from shuzi.form import Images

Place = Annotated[
    str | None, typer.Argument(metavar="[PATH]", help="As --data takes it.", show_default=False)
]


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
    need_extra("train", "matplotlib")
    from shuzi.dataset import load_data
    from shuzi.training.labelled import write_labelled_set

    dataset = load_data(data, offline=offline, progress=True)
    write_labelled_set(out, dataset, n=n, pages=pages, seed=seed)
    say(f"Written to {out}: {n} pictures of numbers, {pages} pages")


@stopped("What was downloaded whole is kept.")
def data_fetch(
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it to this .npz too.")
    ] = None,
    offline: Offline = False,
) -> None:
    """Print where MNIST is; download it into shuzi's cache, checked, if it is not here yet.

    Example: shuzi data fetch --out mnist.npz
    """
    from shuzi.dataset import save_npz

    found = _find_mnist(offline)
    say(found.source)
    if out is not None:
        save_npz(found, out)
        say(f"Written to {out}")


def _find_mnist(offline: bool) -> "Dataset":
    from shuzi.dataset import load_data
    from shuzi.files.download import fetch_mnist

    with suppress(DataError):
        found = load_data(offline=True)
        if found.is_mnist:
            return found
    if offline:
        raise DataError(
            "MNIST is not on this machine, and --offline forbids downloading it.",
            "Run the command without --offline, while online.",
        )
    return load_data(fetch_mnist(progress=True))


@stopped("No contact sheet was written.")
def data_show(
    path: Place = None,
    data: Data = None,
    offline: Offline = False,
    invert: Invert = False,
    transpose: Transpose = False,
    normalise: Normalise = None,
    sheet: Annotated[Path, typer.Option(metavar="FILE", help="The contact sheet to write.")] = Path(
        "contact-sheet.png"
    ),
) -> None:
    """Print what a dataset is recognised as and holds; draw a sheet of it.

    Example: shuzi data show photos
    """
    from shuzi.contact import contact_sheet
    from shuzi.dataset import Dataset
    from shuzi.evaluation.orientation import describe

    found, look = _load(
        path, data, offline, invert=invert, transpose=transpose, normalise=normalise
    )
    if isinstance(found, Dataset):
        _print_dataset(found)
        images, labels = found.train_images, found.train_labels
    else:
        say(f"recognised as {found.form}")
        shape = f"{found.images.shape} {found.images.dtype}"
        say(f"images {shape}, without labels: `shuzi predict` reads them")
        for note in found.notes:
            say(note)
        images, labels = found.images, None
    if look is not None:
        say(describe(look))
    contact_sheet(images, labels, sheet)
    say(f"Contact sheet: {sheet}")


def _print_dataset(found: "Dataset") -> None:
    say(f"{found.name}, from {found.source}")
    say(f"recognised as {found.form}")
    for part, (images, labels) in found.parts.items():
        said = f"{part}_images {images.shape} {images.dtype}, md5 "
        say(said + found.fingerprint[f"{part}_images"])
        say(f"{part}_labels {labels.shape} {labels.dtype}")
        say("  " + "  ".join(f"{digit}: {n}" for digit, n in enumerate(found.counts(part))))
    for said in (*found.notes, *found.lacks(), *found.repeats()):
        say(said)


@stopped("Nothing was written.")
def data_convert(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A file or a folder of data.")],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="The .npz to write.")],
    invert: Invert = False,
    transpose: Transpose = False,
    normalise: Normalise = None,
) -> None:
    """Write data of any form as an .npz in Keras's layout.

    Example: shuzi data convert photos photos.npz
    """
    from shuzi.dataset import Dataset, save_npz
    from shuzi.files import check_other

    check_other(output, path)
    found, _ = _load(path, None, True, invert=invert, transpose=transpose, normalise=normalise)
    say(f"recognised as {found.form}")
    for note in found.notes:
        say(note)
    save_npz(found, output)
    if isinstance(found, Dataset):
        counts = ", ".join(f"{len(labels)} {part}" for part, (_, labels) in found.parts.items())
        say(f"Written to {output}: {counts} images")
    else:
        say(f"Written to {output}: {len(found.images)} images without labels")


def _load(
    path: str | None, data: str | None, offline: bool, **how: Any
) -> "tuple[Dataset | Images, Look | None]":
    """The dataset at a path, or its images if none has a label, and a look at them; what is wrong
    with their orientation is said."""
    from shuzi.dataset import UnlabelledError, load_data, load_images
    from shuzi.evaluation.orientation import warn
    from shuzi.form import Orientation

    if path is not None and data is not None:
        raise UsageError("PATH and --data say the same.", "Give one of them.")
    try:
        found = load_data(path or data, offline=offline, progress=True, **how)
    except UnlabelledError as error:
        images = load_images(error.path, progress=True, **how)
        given = Orientation(how["invert"], how["transpose"])
        return images, warn(images.images, None, str(error.path), given)
    return found, warn(found.train_images, found.train_labels, found.source, found.orientation)
