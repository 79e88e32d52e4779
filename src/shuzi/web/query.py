"""The part of an address after its question mark: only what the document names, and once unless it
takes several."""

from difflib import get_close_matches
from typing import Any

from fastapi import Request

from shuzi.web.problems import Problem


async def check_query(request: Request) -> None:
    """Refuse what would be passed over: an option that was misspelt would not count.

    Raises:
        Problem: 422.
    """
    operation = request.app.openapi()["paths"][request.scope["route"].path][request.method.lower()]
    said = [one for one in operation.get("parameters", []) if one["in"] == "query"]
    known = [parameter["name"] for parameter in said]
    several = {parameter["name"] for parameter in said if _takes_several(parameter["schema"])}
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known:
            near = get_close_matches(name.lower().replace("-", "_"), known, 1)
            meant = f"Did you mean {near[0]}? " if near else ""
            raise Problem(
                422,
                f"There is no parameter {ascii(name[:60])[1:-1]} here.",
                f"{meant}GET /api/v1/openapi.json says what is allowed.",
            )
        if given.count(name) > 1 and name not in several:
            raise Problem(422, f"{name} is given more than once.", "Give it once.")


def _takes_several(schema: dict[str, Any]) -> bool:
    return any(one.get("type") == "array" for one in (schema, *schema.get("anyOf", [])))
