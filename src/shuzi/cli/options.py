"""Arguments and options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

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
