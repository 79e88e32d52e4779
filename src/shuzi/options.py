"""How pictures are read: what the options of the command, the service and Python may be."""

from collections.abc import Sequence

from shuzi.decide import check_target
from shuzi.errors import UsageError, check_switch, one_of, way
from shuzi.recognise.expected import parse
from shuzi.result import TURNS

KINDS = ("auto", "digit", "number", "page")


def check_options(
    *,
    kind: str,
    rotate: int | None,
    target_error: float,
    digits_only: bool,
    expect: str | Sequence[str] | None,
) -> None:
    """Refuse what `shuzi.Reader` cannot be given, before anything is loaded.

    Raises:
        UsageError: it names the option.
    """
    if kind not in KINDS:
        raise UsageError(f"{way('as')} must be {one_of(KINDS)}, not {kind}.")
    if rotate is not None and rotate not in TURNS:
        raise UsageError(f"{way('rotate')} must be {one_of(TURNS)}, not {rotate}.")
    check_target(target_error)
    check_switch("digits_only", digits_only)
    parse(expect, digits_only=digits_only)
