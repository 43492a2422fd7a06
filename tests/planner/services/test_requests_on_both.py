"""Requests, scans and submissions give the same on both databases, and nothing half-written stays."""

import pytest

from planner.domain.errors import BadInput, NotFound, Refused
from planner.domain.submissions import Incident
from planner.services.crises import load_seed, load_world
from planner.services.request_steps import ask, take, take_together
from planner.services.requests import Asked, IllegalStep, Taken, find_request, list_requests
from planner.services.scans import attach_scan, list_scans, take_scan
from planner.services.submissions import Acceptance, accept_submission, return_submission, submit_incident
from planner.store.store import Store
from routing.deliveries import ItemLine
from routing.evidence import DeliveryOutcome
from routing.units import DAY, AsOf

pytest_plugins = ["tests.database_fixtures"]
NOW = 1_933_491_600
PDF = b"%PDF-1.4\n%%EOF\n"
CRISIS = "two-rivers"
WANTED = Asked(
    site="osk", plan="2031-05", hub="ordan", channel="cross_line", people=700, agencies=("WFP",), source="desk",
    lines=(ItemLine(what="requested", commodity="family-ration", units=140),), submitted_at=NOW - 20 * DAY,
)  # fmt: skip


def loaded(store: Store) -> None:
    load_seed(store, CRISIS, actor="nour", at=NOW - 40 * DAY)


def head(store: Store) -> int:
    with store.reading() as read:
        return read.head(CRISIS)


def test_a_request_goes_its_way(store: Store) -> None:
    loaded(store)
    name = ask(store, load_world(store, CRISIS), WANTED, actor="nour", at=NOW - 19 * DAY)

    for step, days in (
        ("approve", 15),
        ("issue_letter", 12),
        ("give_clearance", 10),
        ("notify", 9),
        ("acknowledge", 8),
    ):
        take(store, load_world(store, CRISIS), name, Taken(step=step, at=NOW - days * DAY, source="desk"),  # type: ignore[arg-type]
             actor="nour", at=NOW)  # fmt: skip

    world = load_world(store, CRISIS)
    request = find_request(list_requests(store, world, AsOf(at=NOW, known=world.head)), name)
    assert (request.stage, request.holder, request.missing) == ("cleared", "desk", ())
    assert [(line.requested, line.approved) for line in request.lines] == [(140, 140)]
    with pytest.raises(BadInput, match="asked for in the plan of 2031-05 already"):
        ask(store, world, WANTED, actor="nour", at=NOW)


def test_of_steps_taken_together_all_are_written_or_none(store: Store) -> None:
    loaded(store)
    world = load_world(store, CRISIS)
    before = head(store)
    step = Taken(step="load", at=NOW, source="hub", hub="ordan")

    with pytest.raises(IllegalStep, match="varn@varn-01"):
        take_together(store, world, ("osk@2031-03", "varn@varn-01"), step, actor="nour", at=NOW)

    assert head(store) == before
    assert load_world(store, CRISIS).catalogue.movements == world.catalogue.movements


def test_a_step_is_judged_by_what_others_wrote_meanwhile(store: Store) -> None:
    loaded(store)
    seen = load_world(store, CRISIS)
    deny = Taken(step="deny", at=NOW, source="ministry", reason_code="plan_denied")
    take(store, seen, "varn@varn-01", deny, actor="samir", at=NOW)

    with pytest.raises(IllegalStep, match=r"approve cannot follow.*denied.*Steps that can: submit"):
        take(store, seen, "varn@varn-01", Taken(step="approve", at=NOW, source="x"), actor="nour", at=NOW)


def test_a_location_asked_for_on_paper_gets_its_convoy_with_its_first_load(store: Store) -> None:
    loaded(store)
    load = Taken(step="load", at=NOW, source="hub", hub="ordan", trucks=4)

    with pytest.raises(BadInput, match="Give the hub"):
        take(
            store,
            load_world(store, CRISIS),
            "osk@2031-03",
            Taken(step="load", at=NOW, source="hub"),
            actor="nour",
            at=NOW,
        )
    take(store, load_world(store, CRISIS), "osk@2031-03", load, actor="nour", at=NOW)

    world = load_world(store, CRISIS)
    request = find_request(list_requests(store, world, AsOf(at=NOW, known=world.head)), "osk@2031-03")
    assert (request.movement, request.stage, request.trucks) == ("osk-2031-03", "loading", 4)
    assert request.standing.paper("permission") in {"granted", "partial"}, "its papers came with it"


def test_a_reported_end_is_kept_and_another_end_is_refused(store: Store) -> None:
    loaded(store)
    attack = Taken(step="attack", at=NOW, source="radio", reason_code="attack", as_reported=True)
    take(store, load_world(store, CRISIS), "varn@varn-01", attack, actor="nour", at=NOW)

    second = Taken(step="attack", at=NOW, source="Red Crescent", reason_code="attack", as_reported=True)
    take(store, load_world(store, CRISIS), "varn@varn-01", second, actor="nour", at=NOW)
    delivered = Taken(step="deliver", at=NOW, source="radio", as_reported=True)
    with pytest.raises(IllegalStep, match="cannot be reported as delivered"):
        take(store, load_world(store, CRISIS), "varn@varn-01", delivered, actor="nour", at=NOW)


def test_a_convoy_is_notified_two_days_ahead_or_says_why_not(store: Store) -> None:
    loaded(store)
    name = ask(store, load_world(store, CRISIS), WANTED, actor="nour", at=NOW - 19 * DAY)

    def step(name_: str, at: int, note: str = "") -> None:
        told = Taken(step=name_, at=at, source="desk", note=note)  # type: ignore[arg-type]
        take(store, load_world(store, CRISIS), name, told, actor="nour", at=NOW)

    for one, days in (("approve", 15), ("issue_letter", 12), ("give_clearance", 10)):
        step(one, NOW - days * DAY)
    step("notify", NOW - 30 * 3600)
    step("acknowledge", NOW - 29 * 3600)
    step("load", NOW - 20 * 3600)
    step("seal", NOW - 19 * 3600)

    with pytest.raises(IllegalStep, match="24 h is the least"):
        step("dispatch", NOW - 10 * 3600)
    with pytest.raises(IllegalStep, match="for emergencies"):
        step("dispatch", NOW)
    step("dispatch", NOW, "children without water")


def test_scans_lie_under_their_digest(store: Store) -> None:
    loaded(store)
    world = load_world(store, CRISIS)
    paper = next(r.position for r in world.log if r.fact.kind == "permit")
    road = next(r.position for r in world.log if r.fact.kind == "road")

    first, second = (attach_scan(store, CRISIS, paper, PDF, actor="nour", at=NOW) for _ in range(2))

    assert first == second
    assert [s.size for s in list_scans(store, CRISIS, [paper])[paper]] == [len(PDF)]
    assert take_scan(store, CRISIS, paper, first, actor="nour", at=NOW).content == PDF
    with pytest.raises(BadInput, match="no paper and no step"):
        attach_scan(store, CRISIS, road, PDF, actor="nour", at=NOW)
    with pytest.raises(NotFound):
        take_scan(store, CRISIS, road, first, actor="nour", at=NOW)


def test_an_incident_is_decided_once(store: Store) -> None:
    loaded(store)
    world = load_world(store, CRISIS)
    governorate = next(iter(world.catalogue.governorates))
    incident = Incident(
        organisation="Relief Society", what="turned_back", happened_at=NOW - DAY, governorate=governorate, place="Varn",
        people_not_reached=300,
    )  # fmt: skip
    number = submit_incident(store, world, incident, actor="ali", at=NOW)
    taken = Acceptance(site="varn", reason_code="checkpoint_turnback", reliability="B", credibility=2, hub="ordan")
    before = head(store)
    wrong = Acceptance(site="varn", reason_code="visa", reliability="B", credibility=2, movement="no-such")
    with pytest.raises(BadInput, match="movement is 'no-such'"):
        accept_submission(store, world, number, wrong, by="nour", at=NOW)
    assert head(store) == before

    position = accept_submission(store, world, number, taken, by="nour", at=NOW)

    fact = load_world(store, CRISIS).log[position - 1].fact
    assert isinstance(fact, DeliveryOutcome)
    assert (fact.result, fact.people_requested[0].count) == ("denied", 300)
    with pytest.raises(Refused, match="accepted already"):
        return_submission(store, CRISIS, number, "again", by="nour", at=NOW)
    with pytest.raises(Refused, match="accepted already"):
        accept_submission(store, load_world(store, CRISIS), number, taken, by="samir", at=NOW)
    assert head(store) == position, "the second acceptance left no record"
