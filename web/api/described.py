"""How the API describes itself and complains: OpenAPI 3, problem documents with every mistake at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from http import HTTPStatus
from typing import Any, Final, TypeVar, cast

from flask import Flask, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field
from spectree import Response as Answers
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from web.problems import problem
from web.rights import Right, needs

View = TypeVar("View", bound=Callable[..., Any])
TITLE: Final = "qafila"
_ARGUMENT: Final = re.compile(r"<(?:\w+:)?(\w+)>")


class Strict(BaseModel):
    """Values that a script sends: nothing that is not known here is passed over in silence."""

    model_config = ConfigDict(extra="forbid")


class AsOfQuery(Strict):
    """The two clocks."""

    at: str | None = Field(None, max_length=40, description="A time with offset, or a date; else now.")
    known: str | None = Field(None, max_length=40, description="A log position, or a time; else what was known then.")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


class Document(BaseModel):
    """A JSON document; its keys are those of the command line's `--json`, added to and never renamed."""

    model_config = ConfigDict(extra="allow")


def _complain(_request: Any, response: Any, wrong: Any, _after: Any, _adapter: Any) -> None:  # noqa: ANN401 - the library's hook
    """Turn the library's list of mistakes into one problem document that names them all."""
    if wrong is None or response is None:
        return
    lines = [f"{'.'.join(map(str, error['loc'])) or 'body'}: {error['msg']}." for error in wrong.errors()]
    told = problem(HTTPStatus.UNPROCESSABLE_ENTITY, "\n".join(lines))
    response.set_data(told.get_data())
    response.mimetype = told.mimetype


api: Final = SpecTree(
    "flask",
    title=TITLE,
    version="1",
    path="api/docs",
    annotations=True,
    before=_complain,
    mode="strict",
    security_schemes=[
        SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer")),
    ],
    security={"token": []},
)  # fmt: skip

REFUSALS: Final[Mapping[str, type[BaseModel]]] = {
    f"HTTP_{status}": Problem for status in (400, 401, 403, 404, 409, 413, 415, 422, 503)
}  # fmt: skip


def answers(model: type[BaseModel] = Document, status: int = 200) -> Answers:
    """Return the answers of a view: one that is good, and the problem documents that any may give."""
    return Answers(**{f"HTTP_{status}": model, **REFUSALS})


def files(*media: str) -> Callable[[View], View]:
    """Say that a view answers with a file of one of these media types."""

    def mark(view: View) -> View:
        cast("Any", view).media = media
        return view

    return mark


def describe(app: Flask) -> None:
    """Serve the description at `/api/v1/openapi.json`, to whoever is signed in."""
    # Not registered: the library's own pages would load scripts from elsewhere.
    api.app = app

    @needs(Right.ANYBODY)
    def openapi() -> Response:
        return jsonify(_as_answered(api.spec, _files(app)))

    app.add_url_rule("/api/v1/openapi.json", "api_description", openapi)


def _files(app: Flask) -> dict[str, tuple[str, ...]]:
    """Return the media types of the views that answer with a file, by their address in the description."""
    found = ((rule.rule, getattr(app.view_functions[rule.endpoint], "media", ())) for rule in app.url_map.iter_rules())
    return {_ARGUMENT.sub(r"{\1}", where): media for where, media in found if media}


def _as_answered(spec: Mapping[str, Any], files: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the description with refusals and files under the media types that they come with."""
    told: dict[str, Any] = deepcopy(dict(spec))
    for path, operations in told["paths"].items():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                content = answer.get("content", {})
                if int(status) >= HTTPStatus.BAD_REQUEST and "application/json" in content:
                    content["application/problem+json"] = content.pop("application/json")
                elif path in files and int(status) == HTTPStatus.OK:
                    answer["content"] = {one: {"schema": {"type": "string", "format": "binary"}} for one in files[path]}
    return told
