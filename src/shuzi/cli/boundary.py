"""What every command has around it: extras that are missing, errors, Ctrl-C."""

import functools
import io
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn, ParamSpec, TypeVar

import typer

from shuzi.errors import Interrupted, MissingExtraError, ShuziError, UsageError, extra
from shuzi.output import take_over, tell

P = ParamSpec("P")
R = TypeVar("R")


def stopped(remains: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a command that Ctrl-C stops say what remains of it."""

    def decorate(command: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return command(*args, **kwargs)
            except KeyboardInterrupt:
                raise Interrupted(f"Stopped. {remains}", "Run it again.") from None

        return run

    return decorate


def need_extra(name: str, *modules: str) -> None:
    """Refuse to start without these modules; matplotlib is told where to keep its files."""
    from importlib.util import find_spec

    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise MissingExtraError(f"This command needs {', '.join(missing)}.", extra(name))
    if "matplotlib" in modules:
        from shuzi.files.download import cache_folder

        # Else it makes folders of its own in the user's home.
        os.environ.setdefault("MPLCONFIGDIR", str(cache_folder() / "matplotlib"))
        # Where it takes long to list the fonts, which it does once, it would say so.
        logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


def run(app: typer.Typer) -> NoReturn:
    """Run the command line; every error becomes one message and a documented exit code."""
    take_over()
    # Wherever the user wrote it, it is for this boundary.
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    # Its value may be left out, so it stands behind an equals sign, as GNU's programs have it.
    arguments = ["--ray=auto" if argument == "--ray" else argument for argument in arguments]
    try:
        _check_for_empty(arguments)
        code: int | None = _complete_or_call(app, arguments)
        sys.stdout.flush()
    except Exception as error:
        _trace(error)
        code = _explain(error)
    except KeyboardInterrupt:
        code = Interrupted.exit_code
    sys.exit(code or 0)


def _complete_or_call(app: typer.Typer, arguments: list[str]) -> int | None:
    """Run a command; of completion, say what Typer leaves unsaid."""
    is_completion = bool({"--install-completion", "--show-completion"} & set(arguments))
    try:
        code: int | None = app(args=arguments, prog_name="shuzi", standalone_mode=False)
    except UnicodeError:
        if not is_completion:
            raise
        raise UsageError(
            "The shell's start file, such as ~/.bashrc, is not UTF-8, so nothing was added to it.",
            "Add what `shuzi --show-completion` prints.",
        ) from None
    if code and is_completion:
        raise UsageError(
            "Completion is for bash, zsh, fish and PowerShell, and no such shell runs this.",
            "Run it in one of these.",
        )
    return code


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


def complain(error: ShuziError) -> None:
    """Say what went wrong and what to do, where a command goes on after it."""
    _trace(error)
    _complain(error)


def _trace(error: Exception) -> None:
    """With --debug, show where it arose."""
    if "--debug" in sys.argv[1:]:
        tell("".join(traceback.format_exception(error)).rstrip())


def _complain(error: ShuziError) -> None:
    # A name with a line break in it must not look like a message of its own.
    message, remedy = error.told("command")
    lines = f"shuzi: {message}\n{remedy}".splitlines()
    tell("\n  ".join(line.strip() for line in lines))
