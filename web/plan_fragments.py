"""Parts of a plan's page that are the same for every reader of one language: drawn once, for plans never change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from flask import render_template
from markupsafe import Markup

from planner.services.plan_page import Told
from web.frame import language
from web.i18n import RIGHT_TO_LEFT
from web.plan_view import PlanView, words

KEPT: Final = 16
Drawn = Callable[[str, str], Markup]
"""Returns the part of a kind that belongs to an id; `drawn('lane', 'c07')`."""


@dataclass(frozen=True)
class _Asked:
    digest: str
    language: str
    told: Told = field(compare=False)


def fragments(told: Told) -> Drawn:
    """Return the drawn parts of a plan in the language of this request.

    They hold no address of the request, no age against its clock, nothing of who asks.
    """
    parts = _fragments(_Asked(told.record.stored.card.digest, language(), told))

    def drawn(kind: str, name: str) -> Markup:
        return parts[kind, name]

    return drawn


@lru_cache(maxsize=KEPT)
def _fragments(asked: _Asked) -> dict[tuple[str, str], Markup]:
    told = asked.told
    view = PlanView(told, mirrored=asked.language in RIGHT_TO_LEFT)
    around: dict[str, Any] = {"told": told, "view": view, "snapshot": told.record.snapshot, **words()}
    return {
        (kind, name): Markup(render_template(f"plans/{kind}.html", one=one, **around))  # noqa: S704 - our own templates
        for kind, name, one in _wanted(told)
    }


def _wanted(told: Told) -> Iterator[tuple[str, str, Any]]:
    for one in told.convoys:
        for kind in ("lane", "large", "detail"):
            yield kind, one.convoy.id, one
    for card in told.unmet:
        yield "causes", card.site.id, card
    yield "fair", "", None
