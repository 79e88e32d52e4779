"""`shuzi data` and `shuzi synth`."""

from pathlib import Path
from typing import Annotated

import typer

from shuzi.cli.boundary import need_extra, stopped
from shuzi.cli.options import Data, Invert, Offline, Transpose
from shuzi.output import say


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
    from shuzi.dataset import load_mnist
    from shuzi.training.labelled import write_labelled_set

    dataset = load_mnist(data, offline=offline, progress=True)
    write_labelled_set(out, dataset, n=n, pages=pages, seed=seed)
    say(f"Written to {out}: {n} pictures of numbers, {pages} pages")


@stopped("What was downloaded whole is kept.")
def data_fetch() -> None:
    """Download MNIST into shuzi's cache, checked.

    Example: shuzi data fetch
    """
    from shuzi.download import fetch_mnist

    say(fetch_mnist(progress=True))


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
