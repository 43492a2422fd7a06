"""What stands around every page: the two clocks, the language, the theme, the way to the other pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from flask import Flask, g, request, url_for
from werkzeug.exceptions import BadRequest

from planner.domain.errors import BadInput
from planner.services.access import as_of, parse_known
from routing.errors import RoutingError
from routing.units import AsOf, Instant, parse_instant
from web.desk import the_desk
from web.i18n import LANGUAGES, RIGHT_TO_LEFT
from web.i18n import lazy_gettext as _l
from web.rights import Right

THEMES: Final = ("light", "dark")
KEPT: Final = ("at", "known")
"""Address arguments that every link to another page keeps."""
LANGUAGE_COOKIE: Final = "qafila_language"
THEME_COOKIE: Final = "qafila_theme"
STEP_S: Final = 6 * 3600
"""One step of the as-of: convoys are planned by the hour, ceasefires end by the hour, six of them are a quarter day."""

PARTS_OF: Final = {"sweeps": "what_if", "replays": "what_if"}
"""Screens that stand under the heading of another."""
PAGES: Final = (
    ("today.index", _l("Today"), Right.READ),
    ("access.index", _l("Access"), Right.READ),
    ("needs.index", _l("Needs"), Right.READ),
    ("supply.index", _l("Supply"), Right.READ),
    ("plans.index", _l("Plans"), Right.READ),
    ("what_if.index", _l("What-if"), Right.READ),
    ("requests.index", _l("Requests"), Right.READ),
    ("convoys.index", _l("Convoys"), Right.READ),
    ("failed.index", _l("Failed deliveries"), Right.PARTNER),
    ("incidents.index", _l("My incidents"), Right.SUBMIT),
    ("reports.index", _l("Reports"), Right.PARTNER),
    ("runs.index", _l("Runs"), Right.READ),
    ("settings.index", _l("Settings"), Right.ADMINISTER),
)
"""The pages in the order of the navigation, each with the right that opens it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAsOf:
    """The two clocks of a page: the instant that is looked at, and what was known."""

    question: AsOf
    explicit_at: bool
    explicit_known: bool

    @property
    def at(self) -> Instant:
        """The situation at this instant."""
        return self.question.at

    @property
    def known(self) -> int:
        """As known at this log position."""
        return self.question.known

    @property
    def explicit(self) -> bool:
        """Whether the reader has set one of the clocks."""
        return self.explicit_at or self.explicit_known

    @property
    def known_at(self) -> Instant | None:
        """When the last record that is known was learned; None where the log is empty."""
        log = the_desk().world().log
        return max((r.learned_at for r in log if r.position <= self.known), default=None)


def page_asof() -> PageAsOf:
    """Return the as-of of this request: from the address, else the desk's present with what was known then.

    Raises
    ------
    BadRequest
        If the address holds a time or a position that cannot be understood.
    """
    if "asof" not in g:
        g.asof = _read_asof()
    found: PageAsOf = g.asof
    return found


def current_asof() -> AsOf:
    """Return the (instant, log position) that this request asks about."""
    return page_asof().question


def _read_asof() -> PageAsOf:
    desk = the_desk()
    at_text, known_text = request.args.get("at"), request.args.get("known")
    world = desk.world()
    try:
        at = read_moment(at_text) if at_text else desk.now
        question = as_of(world, at, parse_known(known_text, world) if known_text else None)
    except (BadInput, RoutingError) as wrong:
        # The page that says so has a head with the two clocks too: they show the present.
        g.asof = PageAsOf(question=as_of(world, desk.now, None), explicit_at=False, explicit_known=False)
        raise BadRequest(str(wrong)) from wrong
    return PageAsOf(question=question, explicit_at=bool(at_text), explicit_known=bool(known_text))


def read_moment(text: str) -> Instant:
    """Read a time from an address or a form: with its offset, or as a form's clock shows it, in the crisis's zone.

    A browser's date-and-time field knows no offset; beside each the zone is printed.

    Raises
    ------
    RoutingError
        If it is no time.
    """
    zone = the_desk().zone
    stripped = text.strip()
    try:
        moment = datetime.fromisoformat(stripped)
    except ValueError:
        return parse_instant(stripped, zone)
    if moment.tzinfo is None and "T" in stripped:
        return int(moment.replace(tzinfo=zone).timestamp())
    return parse_instant(stripped, zone)


def language() -> str:
    """Return the language of this request: from the address, else the reader's choice, else what the browser asks."""
    for wanted in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def theme() -> str | None:
    """Return the theme that the reader has chosen; None follows the machine."""
    for wanted in (request.args.get("theme"), request.cookies.get(THEME_COOKIE)):
        if wanted in THEMES:
            return wanted
    return None


def page(endpoint: str, **args: Any) -> str:  # noqa: ANN401 - as Flask's url_for
    """Return the address of another page, with the reader's as-of kept."""
    kept = {name: request.args[name] for name in KEPT if name in request.args}
    return url_for(endpoint, **{**kept, **args})


def here(**changes: Any) -> str:  # noqa: ANN401 - as Flask's url_for
    """Return the address of this page with some arguments changed; None takes one out."""
    args = {**request.args.to_dict(), **changes}
    kept = {name: str(value) for name, value in args.items() if value is not None}
    return request.path + (f"?{urlencode(kept)}" if kept else "")


def install_frame(app: Flask) -> None:
    """Give every template what stands around its page."""

    @app.context_processor
    def around() -> dict[str, Any]:
        spoken = language()
        return {
            "lang": spoken,
            "is_rtl": spoken in RIGHT_TO_LEFT,
            "languages": LANGUAGES,
            "theme": theme(),
            "page": page,
            "here": here,
            "me": g.get("me"),
            "nav": _navigation(),
            "STEP_S": STEP_S,
        }

    # Not in the context: a page that has no crisis (sign-in, an error) must not read one.
    app.jinja_env.globals.update(the_desk=the_desk, page_asof=page_asof)


def _navigation() -> list[dict[str, Any]]:
    me = g.get("me")
    if me is None or me.anonymous:
        return []
    family = PARTS_OF.get(request.blueprint or "", request.blueprint)
    return [
        {"endpoint": endpoint, "name": name, "current": family == endpoint.partition(".")[0]}
        for endpoint, name, right in PAGES
        if me.can(right)
    ]
