"""Arguments and options that several commands take."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer


def among(values: Iterable[object]) -> Callable[[str], list[str]]:
    """What a shell offers for a value that is one of these."""

    def complete(incomplete: str) -> list[str]:
        return [value for value in map(str, values) if value.startswith(incomplete)]

    return complete


Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="PATH",
        help="A file or a folder: .npz, IDX, CSV, Parquet, .mat, or pictures in folders 0 to 9. "
        "Without it: $SHUZI_DATA, the caches of shuzi and Keras, the mirrors of MNIST.",
    ),
]
Offline = Annotated[bool, typer.Option("--offline", help="Never touch the network.")]
Invert = Annotated[bool, typer.Option("--invert", help="The images' ink is dark on bright paper.")]
Transpose = Annotated[
    bool, typer.Option("--transpose", help="The images' rows are columns, as in EMNIST's files.")
]
Normalise = Annotated[
    bool | None,
    typer.Option(
        "--normalise/--no-normalise",
        help="Find each picture's ink and centre it as MNIST's is, or only scale it. "
        "By default what is not 28 x 28 with bright ink is normalised.",
        show_default=False,
    ),
]
Queue = Annotated[
    str, typer.Argument(metavar="DB", help="A file (SQLite) or a URL, postgresql://...")
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A folder that `train` wrote.")]

Kind = Annotated[
    str,
    typer.Option(
        "--as",
        help="What the pictures are: auto, digit, number or page.",
        # The reader's own list would take half a second to load.
        autocompletion=among(("auto", "digit", "number", "page")),
    ),
]
Rotate = Annotated[
    int | None,
    typer.Option(
        help="Degrees to turn clockwise: 0, 90, 180 or 270; else told from each page.",
        autocompletion=among((0, 90, 180, 270)),
    ),
]
TargetError = Annotated[
    float,
    typer.Option(
        help="The wanted share of wrong numbers among those accepted; each is decided by itself."
    ),
]
DigitsOnly = Annotated[
    bool, typer.Option("--digits-only", help="Leave out minus signs, points and the like.")
]
Expect = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LIKE",
        help="What numbers look like: 19dd, dd:dd (d: any digit), 0..20, 0.00..9.99; may be "
        "repeated. Others are for review.",
    ),
]
DigitModel = Annotated[
    Path | None,
    typer.Option(
        metavar="MODEL", help="A run or model.onnx to read digits with, instead of shuzi's own."
    ),
]
Fast = Annotated[
    bool, typer.Option("--fast", help="Without the second reader: quicker, more for review.")
]
PageModel = Annotated[
    Path | None,
    typer.Option(metavar="MODEL", help="A run of `train page` to find the numbers with."),
]
MaxPixels = Annotated[int, typer.Option(min=1, help="Refuse larger pictures.")]
Review = Annotated[
    str | None,
    typer.Option(metavar="DB", help="Queue what was not accepted: a file or a PostgreSQL URL."),
]
Sample = Annotated[
    float | None,
    typer.Option(
        min=0, max=1, help="With --review: this share of the accepted too.", show_default="0.02"
    ),
]
DoubleEntry = Annotated[
    bool, typer.Option("--double-entry", help="With --review: two people must agree.")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Name the files that are skipped.")]
NumberModel = Annotated[
    Path | None,
    typer.Option(metavar="MODEL", help="A run of `train number` to read numbers with."),
]
