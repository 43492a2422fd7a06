"""News that touches convoys: told at once, and mailed to who is on duty, once, without a word of which or where."""

import re
from collections import Counter
from dataclasses import replace
from email.message import Message

import pytest

from planner.domain.errors import BadInput
from planner.domain.releases import Recipient
from planner.partners.mail import parse_mail_server
from planner.services import alerts as module
from planner.services.alerts import advice_on, touched_since
from planner.services.crises import load_seed, load_world
from planner.services.impact import Touched
from planner.services.in_hand import ConvoyInHand, InHand
from planner.services.outbox import list_letters, put_recipient, send_what_waits, switch_alerts
from planner.services.plan_records import get_plan
from planner.store.store import Store
from routing.evidence import Evidence, Hold
from routing.units import DAY, HOUR, AsOf, Window
from tests.planner.desks import Desk
from tests.planner.domain.plans import to_across, to_near
from tests.planner.post_office import PostOffice, open_post_office
from tests.web.replayed import MIDNIGHT

pytest_plugins = ["tests.database_fixtures", "tests.planner.desk_fixtures"]
SEED = "two-rivers"
NOW = MIDNIGHT + 8 * HOUR
DUTY = Recipient(
    id="duty", organisation="Our desk", email="duty@example.org", tier="T3", language="en", formats=("pdf",),
    account=None, alerts=True,
)  # fmt: skip


def hold(at: int = NOW) -> Evidence:
    """Return a hold on every convoy."""
    return Evidence(
        position=0, learned_at=at, valid=Window(at, at + 2 * DAY), source="desk", reliability="A", credibility=1,
        fact=Hold(scope=(), reason="all stop"),
    )  # fmt: skip


@pytest.fixture
def ready(store: Store) -> Store:
    load_seed(store, SEED, actor="nour", at=NOW)
    put_recipient(store, SEED, DUTY, by="nour", at=NOW)
    return store


def record(store: Store, *records: Evidence) -> tuple[int, ...]:
    with store.writing() as write:
        return write.append(SEED, records, actor="nour", recorded_at=NOW)


def deliver(store: Store, office: PostOffice) -> int:
    server = parse_mail_server(f"smtp+plain://127.0.0.1:{office.port}", "desk@example.org")
    return send_what_waits(store, SEED, server, sender="desk@example.org", public_key="00", clock=lambda: NOW)


def text_of(message: Message) -> str:
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def touching(monkeypatch: pytest.MonkeyPatch, **counts: int) -> None:
    monkeypatch.setattr("planner.services.outbox.advice_on", lambda *_: Counter(counts))


def test_an_alert_is_queued_with_the_records_and_goes_out_once(ready: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    touching(monkeypatch, turn_back=1, hold=2)
    first, last = record(ready, hold(), hold(NOW + 60))
    with ready.writing() as write:
        write.add_alerts(SEED, (first, last), at=NOW)  # queued again, it is the same letter
    assert [one.news for one in list_letters(ready, SEED)] == [(first, last)]
    with open_post_office() as office:
        assert deliver(ready, office) == 1
        assert deliver(ready, office) == 0
    (message,) = office.boxes["duty@example.org"].values()
    text = text_of(message)
    assert "turn back: 1" in text
    assert "hold: 2" in text
    assert "look again" not in text
    assert [one.state for one in list_letters(ready, SEED)] == ["sent"]
    with ready.reading() as read:
        assert [e.action for e in read.list_audit() if e.actor == "outbox"] == ["send alert"]


def test_an_alert_names_no_place_gate_convoy_or_hour(ready: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    touching(monkeypatch, turn_back=1, hold=1, reroute=1, look_again=1)
    put_recipient(ready, SEED, replace(DUTY, id="duty-ar", email="ar@example.org", language="ar"), by="n", at=NOW)
    record(ready, hold())
    with open_post_office() as office:
        deliver(ready, office)
    world = load_world(ready, SEED)
    names = {
        name
        for thing in (world.catalogue.sites, world.catalogue.hubs, world.network.gates, world.network.places)
        for row in thing.values()
        for name in (row.id, row.name, row.name_ar)
    }
    names |= {*world.catalogue.movements, world.catalogue.crisis.id, world.catalogue.crisis.name}
    for box in office.boxes.values():
        for message in box.values():
            text = str(message["Subject"]) + text_of(message)
            assert [name for name in names if name.casefold() in text.casefold()] == []
            assert not re.search(r"\d\d:\d\d|20\d\d", text)
    assert set(office.boxes) == {"duty@example.org", "ar@example.org"}


def test_news_that_touches_nothing_is_not_mailed(ready: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    touching(monkeypatch)
    record(ready, hold())
    with open_post_office() as office:
        assert deliver(ready, office) == 1
    assert office.handed_in == []
    assert [one.state for one in list_letters(ready, SEED)] == ["needless"]


def test_alerts_are_switched_off_and_only_for_who_reads_everything(
    ready: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    touching(monkeypatch, hold=1)
    record(ready, hold())
    switch_alerts(ready, SEED, "duty", on=False, by="nour", at=NOW)
    record(ready, hold(NOW + 60))
    assert len(list_letters(ready, SEED)) == 1  # nothing new is queued
    with open_post_office() as office:
        deliver(ready, office)
    assert office.handed_in == []  # nor is what waited sent any more
    put_recipient(ready, SEED, replace(DUTY, id="ocha", tier="T1", alerts=False), by="nour", at=NOW)
    with pytest.raises(BadInput, match="tier T3"):
        switch_alerts(ready, SEED, "ocha", on=True, by="nour", at=NOW)


def test_a_plan_in_hand_is_touched_by_a_hold_and_told_most_urgent_first(
    planned_desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = planned_desk.copy(tmp_path_factory.mktemp("alerts") / "desk").store()
    put_recipient(store, SEED, DUTY, by="nour", at=NOW)
    plan = get_plan(store, "latest", SEED)
    first = min(plan.plan.convoys, key=lambda convoy: convoy.depart_at)
    position = record(store, hold(first.depart_at + 60))[0]
    found = advice_on(store, SEED, (position, position))
    assert found["turn_back"] >= 1
    assert found["hold"] >= 1
    with open_post_office() as office:
        assert deliver(store, office) == 1
    assert len(office.boxes["duty@example.org"]) == 1
    assert advice_on(store, SEED, (position + 1, position + 1)) == Counter()
    store.close()


def test_the_most_urgent_comes_first(ready: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    world = load_world(ready, SEED)
    going = tuple(
        ConvoyInHand(convoy=convoy, number=number, plan="", published=True)
        for convoy, number in ((to_near(), "C1"), (to_across(), "C2"))
    )
    told = (Touched(convoy=going[0], advice="look_again"), Touched(convoy=going[1], advice="turn_back"))
    monkeypatch.setattr(module, "advise", lambda *_: told)
    question = AsOf(at=0, known=world.head)

    class Latest:
        plan = None

    in_hand = InHand(convoys=going, latest=Latest())  # type: ignore[arg-type] # only its plan is handed on
    found = touched_since(world, in_hand, 0, question)
    assert [one.convoy.number for one in found] == ["C2", "C1"]
    assert touched_since(world, in_hand, world.head, question) == ()
    knew = InHand(convoys=tuple(replace(one, known=world.head) for one in going), latest=in_hand.latest)
    assert touched_since(world, knew, 0, question) == ()  # its plan knew all that
