"""Every error that shuzi raises on purpose.

    ShuziError                 exit  HTTP
    ├── UsageError                2   422   an invalid option or value
    │   └── RecipeError           2   422   a recipe, a field or its value
    ├── DataError                 3   422   a dataset that cannot be used
    │   └── DownloadError         4   502   no mirror gave the dataset
    ├── ImageError                5   422   a picture that cannot be read
    │   ├── NotAPictureError      5   415   a file that is not a picture or a PDF
    │   └── TooLargeError         5   413   a picture beyond a limit
    ├── ModelError                6   422   a model file that cannot be used
    ├── RunError                  7   422   a run folder that cannot be used
    ├── OutputError               8   507   a result that cannot be written
    ├── DivergedError             9   500   training that stopped making sense
    ├── MissingExtraError        10   501   a part of shuzi that is not installed
    ├── StoreError               11   503   a review database that cannot be used
    ├── ClusterError             12   503   a Ray cluster that cannot be used
    └── Interrupted             130   503   training stopped by Ctrl-C; it can be resumed

Exit code 1 is a defect in shuzi; 130 is also any other command stopped by Ctrl-C.
"""

import json
import operator
import re
import reprlib
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import unquote, urlsplit

Place = Literal["command", "python", "http"]
"""Where an error is told: on the command line, in Python, over HTTP."""

_PLACES: tuple[Place, ...] = ("command", "python", "http")
_TOLD: dict[str, tuple[str, str, str]] = {
    "as": ("--as", "kind", "as"),
    "data": ("--data", "shuzi.load_data", "--data"),
    "debug": (
        "Run the command again with --debug and report what it prints.",
        "Report it with the traceback.",
        "The service's log says where it arose; please report it.",
    ),
    "fetch": ("`shuzi data fetch`", "shuzi.load_data()", "`shuzi data fetch`"),
    "help": (
        "Run the command with --help to see what it takes.",
        "help() of what was called says what it takes.",
        "GET /api/v1/openapi.json says what is allowed.",
    ),
    "max_pixels": ("--max-pixels", "max_pixels", "--max-pixels of `shuzi serve`"),
    "no_normalise": ("--no-normalise", "normalise=False", "--no-normalise"),
    "ray_at": ("--ray={value}", "ray={value!r}", "--ray={value}"),
    "recipes": ("`shuzi recipes`", "shuzi.training.recipes.knobs()", "`shuzi recipes`"),
    "resume": (
        "shuzi train --resume {value}",
        "shuzi.training.run.resume({value!r})",
        "shuzi train --resume {value}",
    ),
    "set": ("--set {value}", "settings=[{value!r}]", "--set {value}"),
}
"""The words of each place, where an option differs in more than its dashes."""
_MARK = re.compile("\x02(\\w+)\x1f(.*?)\x03", re.DOTALL)


def way(name: str, value: object = "") -> str:
    """How a user says something, for a message or a remedy; each place has its words for it.

    Args:
        name: an option as Python calls it, such as `target_error`, or a name of the table above.
        value: what it is given, where that belongs to the words.
    """
    return f"\x02{name}\x1f{value}\x03"


def one_of(allowed: Sequence[object]) -> str:
    """`a, b or c`."""
    *some, last = map(str, allowed)
    return f"{', '.join(some)} or {last}" if some else last


def extra(name: str) -> str:
    """The command that installs an extra, from where shuzi itself was installed from."""
    checkout = _checkout()
    if checkout is None:
        return f'pip install "shuzi[{name}]"'
    # Windows' own shell knows no single quotes.
    return f'In {checkout}: pip install -c constraints.txt ".[{name}]"'


def _checkout() -> Path | None:
    """The folder that shuzi was installed from, if it is still there (PEP 610)."""
    try:
        origin = json.loads(distribution("shuzi").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, OSError, ValueError):
        return None
    folder = Path(unquote(urlsplit(origin.get("url", "")).path))
    return folder if "dir_info" in origin and (folder / "constraints.txt").is_file() else None


def _told(text: str, place: Place) -> str:
    """The text with every `way` in that place's words."""

    def words(mark: re.Match[str]) -> str:
        name, value = mark.groups()
        option = f"--{name.replace('_', '-')} {{value}}", f"{name}={{value!r}}", f"{name}={{value}}"
        usual = option if value else (option[0].split()[0], name, name)
        return _TOLD.get(name, usual)[_PLACES.index(place)].format(value=value)

    return _MARK.sub(words, text)


class ShuziError(Exception):
    """What went wrong and what to do about it, in Python's words.

    Args:
        message: what is wrong, naming the file or the value.
        remedy: what the user can do; the class has a usual one.
    """

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    usual: ClassVar[str] = way("debug")

    def __init__(self, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self._remedy = self.usual if remedy is None else remedy

    @property
    def message(self) -> str:
        return self.told("python")[0]

    @property
    def remedy(self) -> str:
        return self.told("python")[1]

    def told(self, place: Place) -> tuple[str, str]:
        """The message and the remedy as they are said on the command line, in Python or HTTP."""
        return _told(str(self.args[0]), place), _told(self._remedy, place)

    def __str__(self) -> str:
        return "\n".join(self.told("python"))


class UsageError(ShuziError):
    exit_code = 2
    http_status = 422
    usual = way("help")


MOST_THREADS = 1024
"""More than any machine has cores; a system refuses to start many more."""


def whole(option: str, value: Any, least: int, most: int | None = None) -> int:
    """The whole number that an option is given.

    Raises:
        UsageError: it is something else, or out of range.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least or (most is not None and number > most):
        limits = f"{least} or more" if most is None else f"{least} to {most}"
        raise UsageError(f"{way(option)} must be a whole number, {limits}, not {value!r}.")
    return number


def check_path(option: str, value: object) -> None:
    """Refuse what is no path.

    Raises:
        UsageError: it is neither text nor a `pathlib.Path`.
    """
    if not isinstance(value, str | PathLike):
        raise UsageError(f"{way(option)} must be a path, not {reprlib.repr(value)}.")


def check_paths(**options: object) -> None:
    """Refuse what is neither a path nor left out, as None.

    Raises:
        UsageError: it is something else.
    """
    for option, value in options.items():
        if value is not None:
            check_path(option, value)


def paths_of(option: str, values: Any) -> list[str | PathLike[str]]:
    """The paths that an option is given.

    Raises:
        UsageError: it is a single one or something else, or one of them is no path.
    """
    if isinstance(values, str | bytes | PathLike) or not isinstance(values, Iterable):
        raise UsageError(f"{way(option)} must be a list of paths, not {reprlib.repr(values)}.")
    paths = list(values)
    for path in paths:
        check_path(option, path)
    return paths


def check_switch(option: str, value: object) -> None:
    """Refuse what is neither on nor off, as any text would be on.

    Raises:
        UsageError: it is something else.
    """
    if value not in (True, False):
        raise UsageError(f"{way(option)} must be True or False, not {reprlib.repr(value)}.")


class RecipeError(UsageError):
    usual = f"{way('recipes')} lists the fields and what is allowed."


class DataError(ShuziError):
    exit_code = 3
    http_status = 422
    usual = (
        "Give an .npz with x_train, y_train, x_test, y_test, "
        "or a folder with the four IDX files of MNIST."
    )


class DownloadError(DataError):
    exit_code = 4
    http_status = 502
    usual = (
        "Set HTTPS_PROXY if you are behind a proxy, or download mnist.npz in a browser "
        f"and give its path to {way('data')}."
    )


class ImageError(ShuziError):
    exit_code = 5
    http_status = 422
    usual = "Give a PNG, JPEG, WebP, BMP, GIF, TIFF, AVIF or HEIC picture, or a PDF."


class NotAPictureError(ImageError):
    http_status = 415


class TooLargeError(ImageError):
    http_status = 413
    usual = "Make the picture smaller, or split the file."


class ModelError(ShuziError):
    exit_code = 6
    http_status = 422
    usual = "Give a model.onnx that shuzi wrote, or leave the model out for the shipped one."


class RunError(ShuziError):
    exit_code = 7
    http_status = 422
    usual = "Give a folder that `shuzi train` wrote; it holds run.json and model.onnx."


class OutputError(ShuziError):
    exit_code = 8
    http_status = 507
    usual = "Check that the folder exists, may be written and has free space."


class DivergedError(ShuziError):
    exit_code = 9
    usual = (
        f"Lower the learning rate ({way('set', 'lr=...')}), "
        f"or scale the pixels ({way('set', 'scale=255')})."
    )


class MissingExtraError(ShuziError):
    exit_code = 10
    http_status = 501
    usual = "Install it with pip."


class StoreError(ShuziError):
    exit_code = 11
    http_status = 503
    usual = "Give a file for SQLite, or a URL such as postgresql://user@host/database."


class ClusterError(ShuziError):
    exit_code = 12
    http_status = 503
    usual = "Check that the cluster runs: `ray status`."


class Interrupted(ShuziError):  # noqa: N818 - nothing went wrong
    exit_code = 130
    http_status = 503
    usual = f"Go on with {way('resume', 'RUN')}."
