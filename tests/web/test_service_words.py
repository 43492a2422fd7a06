"""What use cases refuse is said in the reader's language, and none of it is forgotten."""

import ast
import inspect
from collections.abc import Iterator
from types import ModuleType

import pytest

from planner.domain import access_plans, denials, releases, scans
from planner.services import releases as letting_out
from planner.services import reports, request_records, request_steps, submissions
from planner.services import scans as attaching
from planner.store import releases as kept
from tests.web.doors import Door
from web.service_words import patterns, say_refusal

pytest_plugins = ["tests.web.site_fixtures"]
SPEAKING = (
    access_plans, attaching, denials, kept, letting_out, releases, reports, request_records, request_steps, scans,
    submissions,
)  # fmt: skip
OURS = {"BadInput", "Refused", "NotFound", "IllegalStep", "InvalidValue"}
"""Errors that are written for readers."""


def filled(message: ast.expr) -> str:
    """Return a message as it is read, something standing in each of its places."""
    if isinstance(message, ast.Constant):
        return str(message.value)
    if isinstance(message, ast.JoinedStr):
        return "".join(filled(part) for part in message.values)
    assert isinstance(message, ast.FormattedValue), ast.unparse(message)
    if isinstance(message.value, ast.IfExp) or ast.unparse(message.value) == "missing":
        return ""  # what is there in some cases only
    return "'x1'" if message.conversion == ord("r") else "x1"


def refusals(module: ModuleType) -> Iterator[str]:
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        raised = node.exc if isinstance(node, ast.Raise) else None
        if isinstance(raised, ast.Call) and isinstance(raised.func, ast.Name) and raised.func.id in OURS:
            yield filled(raised.args[0])


@pytest.mark.parametrize("module", SPEAKING, ids=lambda module: module.__name__)
def test_every_refusal_has_its_words(module: ModuleType) -> None:
    found = list(refusals(module))

    assert found
    assert [text for text in found if not any(known.fullmatch(text) for _template, known in patterns())] == []


def test_a_refusal_is_said_in_arabic_with_its_values_and_steps_by_their_words(shared_site: Door) -> None:
    text = (
        "load cannot follow: varn@varn-01 is submitted since 2031-04-01. Steps that can: approve, deny. "
        "Papers that are missing: permission, letter."
    )
    with shared_site.app.test_request_context("/?lang=ar"):
        said = say_refusal(text)
    with shared_site.app.test_request_context("/?lang=en"):
        assert say_refusal(text) == text

    assert "varn@varn-01" in said
    assert "2031-04-01" in said
    assert not {"load", "submitted", "approve", "deny", "permission", "letter"} & set(said.replace(".", "").split())


def test_what_nobody_translated_is_said_as_it_was_written(shared_site: Door) -> None:
    with shared_site.app.test_request_context("/?lang=ar"):
        assert say_refusal("The bridge is out.") == "The bridge is out."


def test_a_form_complains_in_the_language_of_its_page(shared_site: Door) -> None:
    page = shared_site.signed_in("analyst").get("/reports?kind=denials&period=soon&lang=ar").text

    assert 'id="complaint-period"' in page
    assert "غير مفهومة" in page
