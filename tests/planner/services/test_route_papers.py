"""A way to a site is one that may be driven only while the papers of its gates are in force."""

import pytest

from planner.domain.world import World
from planner.intake.seed import find_seed, read_seed
from planner.services.access import as_of
from planner.services.route_papers import MissingPaper, Papered, find_site, papered
from planner.services.routes import route
from routing.units import parse_instant


@pytest.fixture(scope="module")
def september() -> World:
    return read_seed(find_seed("syria-2016-09"))


def asked(world: World, origin: str, destination: str, at: str) -> tuple[Papered, ...]:
    question = as_of(world, parse_instant(at, world.catalogue.crisis.tz), None)
    legs, refused = route(world, origin, destination, question)
    assert refused is None
    return papered(world, legs, question)


def test_on_19_september_no_way_from_bab_al_hawa_to_eastern_aleppo_has_its_papers(september: World) -> None:
    ways = asked(september, "bab-al-hawa", "eastern-aleppo", "2016-09-19T08:00+03:00")

    assert ways
    assert all(way.departures == () and way.missing for way in ways)
    missing = {(paper.gate, paper.step): paper for way in ways for paper in way.missing}
    assert missing["castello", "permission"].state == "in_principle"
    assert missing["castello", "letter"] == MissingPaper(
        gate="castello", step="letter", state="no_response", evidence=missing["castello", "letter"].evidence
    )
    assert missing["castello", "clearance"] == MissingPaper(gate="castello", step="clearance", state=None, evidence=())
    (record,) = (r for r in september.log if r.position == missing["castello", "letter"].evidence[0])
    assert record.fact.kind == "permit"
    assert {"castello", "ramouseh"} <= {paper.gate for paper in missing.values()}


def test_after_the_truce_there_is_no_way_at_all(september: World) -> None:
    question = as_of(september, parse_instant("2016-09-19T22:00+03:00", september.catalogue.crisis.tz), None)
    legs, refused = route(september, "bab-al-hawa", "eastern-aleppo", question)

    assert legs == ()
    assert refused is not None
    assert refused.reason == "blocked"
    assert {september.network.segments[s].gate for s in refused.cut} >= {"castello", "ramouseh"}


def test_a_way_with_its_letter_may_be_driven_while_it_is_in_force(september: World) -> None:
    (way,) = asked(september, "homs", "talbiseh", "2016-09-20T08:00+03:00")

    assert way.missing == ()
    assert way.departures[0].start == parse_instant("2016-09-20T08:00+03:00", september.catalogue.crisis.tz)


def test_a_way_to_a_place_that_is_no_site_asks_for_no_papers(september: World) -> None:
    assert find_site(september, "hama") is None
    assert asked(september, "homs", "hama", "2016-09-20T08:00+03:00") == ()
