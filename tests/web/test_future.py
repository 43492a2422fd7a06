"""What is still to come is read by who runs the operation alone: others ask every route and learn nothing."""

import re

import pytest

from planner.domain.rights import Right, Role, can
from planner.partners.writers import Format, write
from planner.services.crises import load_world
from planner.services.plan_records import get_plan
from planner.services.reports import Wanted, make_report
from routing.units import Instant, format_instant, parse_instant
from tests.web.doors import Door, hidden
from tests.web.routes import ASKED, LATER, needed, walk
from web.desk import KEY

pytest_plugins = ["tests.web.site_fixtures"]
OUTSIDE = (Role.PARTNER, Role.ADMIN)


@pytest.fixture(scope="module")
def future(published_site: Door) -> dict[str, set[str]]:
    """What may not be read: roads, gates, places, times and names of the convoys that will leave, by what it is."""
    desk = published_site.app.extensions[KEY]
    network = desk.world().network
    convoys = get_plan(published_site.store, "latest", "two-rivers").plan.convoys
    moves = [move for convoy in convoys for move in convoy.moves]
    roads = {network.segments[name] for move in moves for name in move.segments}
    gates = {network.gates[passed.gate] for move in moves for passed in move.gates}
    hours = {instant for move in moves for instant in (move.depart_at, move.arrive_at)}
    with published_site.app.test_request_context():
        times = {text for hour in hours for text in _times(published_site, hour)}
    return {
        "roads": {text for road in roads for text in (road.id, road.name)},
        "gates": {text for gate in gates for text in (gate.id, gate.name, gate.name_ar)},
        "places": {f'"{place}"' for move in moves for place in (move.start, move.end)},
        "times": times,
        "convoys": _names(published_site),
    }


def _times(door: Door, hour: Instant) -> tuple[str, ...]:
    """Return an hour as numbers, files, forms and pages write it."""
    zone = door.app.extensions[KEY].zone
    moment = door.app.jinja_env.filters["moment"]
    shown = (re.sub("<[^>]+>", "", str(moment(hour, year=year))) for year in (True, False))
    exact = format_instant(hour, zone)
    return (str(hour), exact, exact[:16], *shown)


def _names(door: Door) -> set[str]:
    with door.store.reading() as read:
        plan = read.get_plan_card("latest").id
        return {movement.id for movement in read.list_movements("two-rivers") if movement.id.startswith(plan)}


def found(words: set[str], text: str) -> set[str]:
    """Return those of the words that a text holds, markup between their letters apart."""
    plain = re.sub(r"</?(?:bdi|span|b|small)[^>]*>", "", text)
    held = {word for word in words if word in text or word in plain}
    return {word for word in held if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text + plain)}


def untold(words: set[str], asked: str) -> set[str]:
    """Return the words without those of the question itself, which a page may repeat."""
    return {word for word in words if word.strip('"') not in asked}


def test_who_runs_the_operation_reads_it_so_that_the_words_are_the_right_ones(
    published_site: Door, future: dict[str, set[str]]
) -> None:
    browser = published_site.signed_in("coordinator")
    read: dict[str, set[str]] = {name: set() for name in future}
    for where in ("/plans/latest", "/convoys", "/access", "/data/roads", "/api/v1/plans/latest", "/api/v1/convoys"):
        text = browser.get(where).text
        for name, words in future.items():
            read[name] |= found(words, text)

    for name, words in future.items():
        print(f"{name}: {len(read[name])} of {len(words)}")  # noqa: T201 - a figure to read
        assert len(read[name]) > len(words) / 4, name


@pytest.mark.parametrize("role", [*OUTSIDE, None], ids=str)
def test_nobody_else_reads_a_future_route_on_any_page_or_in_any_answer(
    published_site: Door, future: dict[str, set[str]], role: Role | None
) -> None:
    browser = published_site.browser() if role is None else published_site.signed_in(role.value)
    forbidden = set().union(*future.values())
    answered = 0
    for rule, where in walk(published_site, "GET", ASKED):
        answer = browser.get(where)
        right = needed(published_site, rule)
        assert right is not None
        if right not in {Right.OPEN, Right.ANYBODY} and not (role and can({role}, right)):
            assert answer.status_code in {302, 401, 403}, where
        answered += answer.status_code == 200
        assert not found(untold(forbidden, where), answer.text), where
    print(f"{role}: {answered} answers read")  # noqa: T201 - a figure to read
    assert answered > len(ASKED)


@pytest.mark.parametrize("role", OUTSIDE)
def test_nobody_else_learns_it_by_sending_a_form(published_site: Door, future: dict[str, set[str]], role: Role) -> None:
    browser = published_site.signed_in(role.value)
    token = hidden(browser.get("/account").text, "/sign-out")["csrf_token"]
    forbidden = set().union(*future.values())
    for rule, where in walk(published_site, "POST"):
        right = needed(published_site, rule)
        if right is None or can({role}, right):
            continue
        as_form = browser.client.post(where, data={"csrf_token": token, "do": "preview"})
        as_json = browser.client.post(where, json={"base": "latest"}, headers={"X-CSRFToken": token})
        for answer in (as_form, as_json):
            assert answer.status_code == 403, (rule, answer.status_code)
            assert not found(untold(forbidden, where), answer.text), rule


@pytest.mark.parametrize("kind", ["csv", "json", "geojson", "kml"])
def test_a_file_for_partners_holds_none_of_it(published_site: Door, future: dict[str, set[str]], kind: Format) -> None:
    world = load_world(published_site.store, "two-rivers")
    later = parse_instant(f"{LATER}+03:00", world.catalogue.crisis.tz)
    wanted = Wanted(kind="denials", subject="2031-04", tier="T1")

    text = write(make_report(published_site.store, world, wanted, now=later), kind).decode()

    assert "Kessa" in text
    assert not found(set().union(*future.values()), text)
