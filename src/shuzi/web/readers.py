"""What readings need of a request, and the pool that does them."""

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, Literal

from fastapi import Query, Request

from shuzi import errors
from shuzi.errors import ShuziError
from shuzi.options import check_options
from shuzi.recognise.expected import each
from shuzi.result import TURNS
from shuzi.web import problems
from shuzi.web.messages import Message
from shuzi.web.pool import Pool
from shuzi.web.settings import Settings
from shuzi.web.upload import Upload


@dataclass(frozen=True, slots=True)
class Options:
    """How to read, as the options of `shuzi read`."""

    kind: str
    rotate: int | None
    target_error: float
    digits_only: bool
    expect: tuple[str, ...] = ()


async def read_options(
    request: Request,
    kind: Annotated[
        Literal["auto", "digit", "number", "page"],
        Query(alias="as", description="What the picture is; auto decides from it."),
    ] = "auto",
    rotate: Annotated[
        int | None,
        Query(
            description="Degrees to turn it clockwise first; without it as the page shows.",
            json_schema_extra={"enum": list(TURNS)},
        ),
    ] = None,
    target_error: Annotated[
        float | None,
        Query(ge=0, lt=1, description="The share of wrong numbers among those accepted."),
    ] = None,
    digits_only: Annotated[bool, Query(description="Leave out all signs.")] = False,
    expect: Annotated[
        list[str] | None,
        Query(
            description="What numbers look like, 19dd or dd:dd with d for any digit, or 0..20; may "
            "be repeated. Others are for review."
        ),
    ] = None,
) -> Options:
    """The options of a request's query.

    Raises:
        UsageError: one of them cannot be; a job must not find that out after its answer.
    """
    usual: float = request.app.state.settings.target_error
    options = Options(
        kind, rotate, usual if target_error is None else target_error, digits_only, each(expect)
    )
    check_options(**asdict(options))
    return options


class Readers:
    """Reads uploads in a pool of workers; every request has its own options.

    Raises:
        ModelError: the digit model or the second reader cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.model is not None:
            from shuzi.recognise.engine import Recogniser

            # Workers load it, too, but when they start is too late for a complaint.
            Recogniser(settings.model, threads=1)
        if not settings.fast:
            from shuzi.recognise.second import find_second_reader

            # Its lack is said here, and by no worker.
            second = find_second_reader(1)
            settings = replace(settings, fast=second is None)
            if second is not None:
                second.open()
        self.pool = Pool(settings)

    async def read(self, upload: Upload, options: Options, **wanted: Any) -> Message:
        """A worker's answer: the values that `shuzi.web.worker` gives, and bytes with them.

        Args:
            wanted: `seen` and `upright` for the body of an answer, or a `sample` for the queue.

        Raises:
            ShuziError: the file cannot be read, or has too many pages.
            Problem: the service is busy, or the reading took too long.
        """
        task = {"name": upload.name, "options": asdict(options), **wanted}
        said, content = await self.pool.run(task, upload.content)
        if "defect" in said:
            raise problems.defect(said["defect"])
        if "error" in said:
            told = said["error"]
            kind: type[ShuziError] = getattr(errors, told["kind"])
            raise kind(told["message"], told["remedy"])
        return said, content
