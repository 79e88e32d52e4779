"""Arguments and options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

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
