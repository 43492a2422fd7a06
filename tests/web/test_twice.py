"""Every form that writes, sent twice as it is by an impatient hand or a bad line: one record, and the same answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from planner.domain.needs import Need
from planner.domain.releases import Recipient
from planner.domain.submissions import Incident
from planner.domain.supply import StockBatch
from planner.domain.tradeoff import Tradeoff
from planner.services.crises import load_world
from planner.services.outbox import put_recipient
from planner.services.plan_records import get_plan
from planner.services.studies import TRADEOFF
from planner.services.submissions import submit_incident
from planner.services.tradeoffs import balance_of
from tests.planner.intake.files import csv_of, event
from tests.planner.services.test_releases import OCHA
from tests.web.convoy_hands import OUTCOME, publish
from tests.web.doors import Browser, Door
from tests.web.form_hands import Fields, fields_of
from tests.web.released import release_one
from tests.web.road_hands import bring_roads
from tests.web.routes import rules

pytest_plugins = ["tests.web.site_fixtures"]
Sent = tuple[str, Fields]
WAITING = {"from": "2031-04-09", "days": "2"}
TABLE = (
    "site,commodity,units,needed_from,needed_until,source,synthetic\n"
    "kessa,{commodity},321,2031-05-01,2031-06-01,assessment,no\n"
)
CLOSED = {
    "kind": "gate", "gate": "amber-bridge", "state": "closed", "source": "field office", "reliability": "B",
    "credibility": "2", "valid_from": "2031-04-08T08:00", "learned_at": "2031-04-08T08:00",
}  # fmt: skip


SWEEP = """
[vary]
teams = [1, 2]
[[edit]]
kind = "escort_change"
teams = "$teams"
"""


def filled(browser: Browser, page: str, to: str, **typed: str) -> Sent:
    """Return a form as it would be sent, with some fields typed."""
    return to, fields_of(browser.get(page).text, to) | {name: [value] for name, value in typed.items()}


def batch_of(door: Door) -> tuple[str, StockBatch]:
    with door.store.reading() as read:
        return next((key, stored.row) for key, stored in read.list_versioned("two-rivers", StockBatch).items())


# ---- Each form, up to the moment when it is sent


def record(_door: Door, browser: Browser) -> Sent:
    page = "/access/record?sel=gate:amber-bridge"
    to, looked_at = filled(browser, page, page, **CLOSED, do="preview")
    shown = browser.client.post(to, data=looked_at).text
    return to, fields_of(shown, to) | {name: [value] for name, value in CLOSED.items()} | {"do": ["save"]}


def policy_set(_door: Door, browser: Browser) -> Sent:
    page, versions = "/access/policy", "/access/policy/versions"
    to, first = filled(browser, page, page, blocked_below_p="0.88")
    looked_at = fields_of(browser.client.post(to, data=first).text, page)
    said = {"name": ["strict"], "source": ["access group"], "reason": ["three convoys were turned back"]}
    return versions, looked_at | said


def roads_dropped(door: Door, browser: Browser) -> Sent:
    bring_roads(door.store, "two-rivers", door.clock())
    return filled(browser, "/access/roads/1", "/access/roads/1/drop")


def evidence_file(_door: Door, browser: Browser) -> Sent:
    rows = csv_of(event(event_id_cnty="XR1", event_date="2031-04-07", latitude="0.9", longitude="1.5"))
    to, first = filled(browser, "/access/import", "/access/import", kind="events", table=rows.decode())
    return to, fields_of(browser.client.post(to, data=first).text, to)


def withdraw(_door: Door, browser: Browser) -> Sent:
    page = "/access/records/1"
    return filled(browser, page, f"{page}/withdrawal", reason="asked again", source="field office")


def note(door: Door, browser: Browser) -> Sent:
    page = f"/convoys/{publish(door)}"
    return filled(browser, page, f"{page}/edit", note="gate opens late")


def let_go(door: Door, browser: Browser) -> Sent:
    page = f"/convoys/{publish(door)}"
    return filled(browser, page, f"{page}/pin")


def outcome(door: Door, browser: Browser) -> Sent:
    page = f"/convoys/{publish(door)}/outcome"
    return filled(browser, page, page, **OUTCOME, where="road")


def people(_door: Door, browser: Browser) -> Sent:
    return filled(browser, "/needs/kessa", "/needs/kessa/edit", source_new="town council", people_new="12345")


def need(door: Door, browser: Browser) -> Sent:
    typed = {"site": "kessa", "commodity": batch_of(door)[1].commodity, "units": "50", "source": "assessment"}
    page = "/needs/rows/need/edit"
    return filled(browser, page, page, **typed, start="2031-05-01T00:00", end="2031-06-01T00:00")


def no_need(door: Door, browser: Browser) -> Sent:
    with door.store.reading() as read:
        row_id = next(iter(read.list_versioned("two-rivers", Need)))
    return filled(browser, f"/needs/rows/need/edit?id={row_id}", f"/needs/rows/need/remove?id={row_id}")


def needs_table(door: Door, browser: Browser) -> Sent:
    table = TABLE.format(commodity=batch_of(door)[1].commodity)
    to, first = filled(browser, "/needs/import", "/needs/import", table=table)
    return to, fields_of(browser.client.post(to, data=first).text, to)


def stock(door: Door, browser: Browser) -> Sent:
    batch = batch_of(door)[1]
    typed = {"hub": batch.hub, "commodity": batch.commodity, "batch": "x1", "units": "50", "source": "waybill 7"}
    page = "/supply/rows/stock/edit"
    return filled(browser, page, page, **typed, start="2031-04-01T00:00")


def no_stock(door: Door, browser: Browser) -> Sent:
    row_id = batch_of(door)[0]
    return filled(browser, f"/supply/rows/stock/edit?id={row_id}", f"/supply/rows/stock/remove?id={row_id}")


def supply_table(door: Door, browser: Browser) -> Sent:
    batch = batch_of(door)[1]
    columns = browser.get("/supply/import").text.partition("hub,commodity")[2].partition("<")[0]
    named = {"batch": "x9", "units": "5", "source": "waybill", "synthetic": "no", "available_from": "2031-04-01"}
    header = ("hub,commodity" + columns).split(",")
    row = ",".join({"hub": batch.hub, "commodity": batch.commodity, **named}.get(name.strip(), "") for name in header)
    to, first = filled(browser, "/supply/import", "/supply/import", table=f"{','.join(header)}\n{row}\n")
    return to, fields_of(browser.client.post(to, data=first).text, to)


def plan(_door: Door, browser: Browser) -> Sent:
    return filled(browser, "/plans", "/plans", **WAITING)


def plan_pin(door: Door, browser: Browser) -> Sent:
    to = f"/plans/{publish(door).partition('-')[0]}/pin"
    return filled(browser, "/plans/latest", to)


def study(door: Door, browser: Browser) -> Sent:
    record = get_plan(door.store, "latest", "two-rivers")
    return filled(browser, "/plans/latest", f"/plans/{record.id}/study")


def balance(door: Door, browser: Browser) -> Sent:
    record = get_plan(door.store, "latest", "two-rivers")
    own = balance_of(record.plan, record.snapshot.policy)
    found = Tradeoff(
        plan_digest=record.stored.card.digest, balances=(own, replace(own, risk_cap_p=0.5)), cut_short=False
    )
    with door.store.writing() as write:
        write.save_study(record.id, TRADEOFF, found, at=door.clock())
    return filled(browser, "/plans/latest", f"/plans/{record.id}/balance")


def publication(door: Door, browser: Browser) -> Sent:
    with door.store.reading() as read:
        to = f"/plans/{read.get_plan_card('latest').id}/publish"
    return filled(browser, "/plans/latest", to)


def stopped(door: Door, browser: Browser) -> Sent:
    browser.send("/plans", **WAITING)
    with door.store.writing() as write:
        write.claim_run("w1", now=door.clock(), lease_s=60)
    return filled(browser, "/runs/2", "/runs/2/stop")


def kept(door: Door, browser: Browser) -> Sent:
    stopped(door, browser)
    return filled(browser, "/runs/2", "/runs/2/keep")


def person(_door: Door, browser: Browser) -> Sent:
    return filled(browser, "/settings", "/settings/people", username="rana", name="Rana", roles="analyst")


def other_roles(_door: Door, browser: Browser) -> Sent:
    to = "/settings/people/analyst"
    return filled(browser, "/settings", to, deed="roles", roles="partner")


def alerts(door: Door, browser: Browser) -> Sent:
    on_duty = Recipient(
        id="duty", organisation="Our desk", email="duty@example.org", tier="T3", language="en", formats=("pdf",),
        account=None,
    )  # fmt: skip
    put_recipient(door.store, "two-rivers", on_duty, by="nour", at=door.clock())
    return filled(browser, "/settings", "/settings/alerts/duty", alerts="on")


def token(door: Door, browser: Browser) -> Sent:
    return filled(
        browser, "/account", "/account/tokens", label="weekly", days="30", password=door.passwords["coordinator"]
    )


def scenario(_door: Door, browser: Browser) -> Sent:
    return filled(browser, "/what-if?example=truce-ends-early", "/what-if", do="solve")


def smallest_change(_door: Door, browser: Browser) -> Sent:
    edit = 'edit = [{ kind = "escort_change", teams = 2 }]'
    _to, fields = filled(browser, "/what-if", "/what-if")
    return "/what-if/try", {name: fields[name] for name in ("csrf_token", "once")} | {
        "plan": ["latest"],
        "edit": [edit],
    }


def sweep(_door: Door, browser: Browser) -> Sent:
    return filled(browser, "/what-if/sweeps", "/what-if/sweeps", text=SWEEP, base="latest")


def sweep_stopped(_door: Door, browser: Browser) -> Sent:
    asked = browser.send("/what-if/sweeps", text=SWEEP, base="latest").headers["Location"]
    return filled(browser, asked, f"{asked}/stop")


def replay(_door: Door, browser: Browser) -> Sent:
    days = {"from": "2031-04-06", "until": "2031-04-07"}
    return filled(browser, "/what-if/replays", "/what-if/replays", **days)


def replay_stopped(_door: Door, browser: Browser) -> Sent:
    to, fields = replay(_door, browser)
    asked = browser.client.post(to, data=fields).headers["Location"]
    return filled(browser, asked, f"{asked}/stop")


def outcome_of_any(_door: Door, browser: Browser) -> Sent:
    return filled(browser, "/convoys/outcome", "/convoys/outcome", **OUTCOME, movement="kessa-01", where="road")


def request_asked(_door: Door, browser: Browser) -> Sent:
    typed = {"site": "osk", "plan": "2031-05", "hub": "ordan", "channel": "cross_line", "source": "desk"}
    return filled(browser, "/requests/new", "/requests/new", **typed)


def request_step(_door: Door, browser: Browser) -> Sent:
    page = "/requests/varn@varn-01/step/agree_in_principle"
    return filled(browser, page, page, at="2031-04-08T07:00", source="liaison office")


def submitted(_door: Door, browser: Browser) -> Sent:
    typed = {"organisation": "RS", "what": "held", "governorate": "XR01", "place": "near Varn"}
    return filled(browser, "/incidents", "/incidents", **typed, happened_at="2031-04-07T09:00")


def waiting_incident(door: Door) -> None:
    world, now = load_world(door.store, "two-rivers"), door.clock()
    told = Incident(organisation="RS", what="held", happened_at=now - 86_400, governorate="XR01", place="near Varn")
    submit_incident(door.store, world, told, actor="ali", at=now)


def accepted(door: Door, browser: Browser) -> Sent:
    waiting_incident(door)
    typed = {"site": "varn", "hub": "ordan", "reason_code": "checkpoint_delay"}
    return filled(browser, "/incidents/desk/1", "/incidents/desk/1/accept", **typed)


def returned(door: Door, browser: Browser) -> Sent:
    waiting_incident(door)
    return filled(browser, "/incidents/desk/1", "/incidents/desk/1/return", reason="which day?")


def report_draft(_door: Door, browser: Browser) -> Sent:
    return filled(browser, "/reports?kind=activities&period=2031-03&tier=T1", "/reports/drafts")


def recipient(_door: Door, browser: Browser) -> Sent:
    page = "/reports/recipients"
    return filled(browser, page, page, recipient="ocha", organisation="OCHA", email="desk@example.org", tier="T1")


def no_recipient(door: Door, browser: Browser) -> Sent:
    put_recipient(door.store, "two-rivers", OCHA, by="nour", at=door.clock())
    return filled(browser, "/reports/recipients", "/reports/recipients/ocha/end")


def letter_again(door: Door, browser: Browser) -> Sent:
    put_recipient(door.store, "two-rivers", OCHA, by="nour", at=door.clock())
    release_one(door)
    with door.store.writing() as unit:
        letter = unit.claim_letter("two-rivers", now=door.clock(), lease_s=60)
        assert letter is not None
        unit.note_refused(letter, "no such mailbox", at=door.clock(), for_good=True)
    return filled(browser, "/reports", f"/reports/letters/{letter.id}/retry")


FORMS: dict[str, Callable[[Door, Browser], Sent]] = {
    "access.save": record, "access.withdraw": withdraw, "access.bring_in": evidence_file,
    "access.set_policy": policy_set, "access.drop_roads": roads_dropped,
    "convoys.edit": note, "convoys.pin": let_go,
    "convoys.save_outcome": outcome, "convoys.save_outcome_of_any": outcome_of_any,
    "requests.save_new": request_asked, "requests.take_step": request_step,
    "incidents.submit": submitted, "incidents.accept": accepted, "incidents.give_back": returned,
    "needs.edit_site": people, "needs.edit": need, "needs.remove": no_need,
    "needs.bring_in": needs_table, "supply.edit": stock, "supply.remove": no_stock, "supply.bring_in": supply_table,
    "plans.make": plan, "plans.pin": plan_pin, "plans.publish": publication,
    "reports.draft": report_draft, "reports.retry": letter_again, "recipients.save": recipient,
    "recipients.end": no_recipient, "plans.study": study, "plans.balance": balance, "runs.stop": stopped,
    "runs.keep": kept,
    "settings.add_person": person, "settings.change_person": other_roles,
    "settings.change_alerts": alerts, "signin.make_token": token,
    "what_if.change": scenario, "what_if.try_change": smallest_change, "sweeps.ask": sweep,
    "sweeps.change": sweep_stopped,
    "replays.ask": replay, "replays.stop": replay_stopped,
}  # fmt: skip
WRITE_NOTHING_TWICE = {
    "access.try_policy": "it shows an effect and writes nothing",
    "access.hand_in": "its file is sent twice in `tests/web/test_road_import.py`",
    "access.store_roads": "told again, the worker is told the same; sent twice in `tests/web/test_road_import.py`",
    "requests.attach": "the same file attached to one record twice is one scan, by its digest",
    "preferences.choose": "a cookie of the reader",
    "reports.download": "each file that is taken out is on record",
    "reports.review": "what was reviewed is no draft any more",
    "reports.release": "what was released is not released again",
    "reports.discard": "what was discarded is gone",
    "signin.sign_in": "each is a session of its own, which begins with another form",
    "signin.code": "a code works once",
    "signin.sign_out": "the session is over, and its forms with it",
    "signin.change_password": "asks for the password that was",
    "signin.second_factor": "a code works once",
    "signin.drop_second_factor": "there is none any more",
    "signin.new_recovery_codes": "the last ones shown count",
    "signin.end_sign_in": "it has ended",
    "signin.revoke_token": "it was revoked",
}
"""Forms of one's own sign-in and choices, and why a second sending of them is no second record."""


def test_every_form_is_sent_twice_here_or_says_why_not(shared_site: Door) -> None:
    posted = {rule.endpoint for rule in rules(shared_site, "POST") if not rule.rule.startswith("/api/")}

    assert posted == FORMS.keys() | WRITE_NOTHING_TWICE.keys()


@pytest.mark.parametrize("form", FORMS)
def test_a_form_sent_twice_is_done_once(site: Door, form: str) -> None:
    who = {"settings": "admin", "incidents.submit": "partner"}
    browser = site.signed_in(who.get(form, who.get(form.partition(".")[0], "coordinator")))
    to, fields = FORMS[form](site, browser)
    before = on_record(site)

    first = browser.client.post(to, data=fields)
    once = on_record(site)
    second = browser.client.post(to, data=fields)

    assert first.status_code == 303 or (
        first.status_code == 200 and form in {"settings.add_person", "signin.make_token"}
    )
    assert once != before, "the first was done"
    assert on_record(site) == once
    assert second.status_code == 303
    if first.status_code == 303:
        assert second.location == first.location


@pytest.mark.parametrize("form", ["access.save", "supply.edit", "plans.make", "convoys.save_outcome"])
def test_a_form_sent_twice_at_the_same_time_is_done_once(site: Door, form: str) -> None:
    browser = site.signed_in("coordinator")
    to, fields = FORMS[form](site, browser)
    clients = [site.app.test_client() for _ in range(4)]
    for client in clients:
        client.set_cookie("qafila", browser.cookie())
    before = sum(map(len, on_record(site)))

    with ThreadPoolExecutor(len(clients)) as hands:
        answers = list(hands.map(lambda client: client.post(to, data=fields), clients))

    assert {answer.status_code for answer in answers} == {303}
    assert sum(map(len, on_record(site))) == before + 1, "one deed on record, or one run"


def on_record(door: Door) -> tuple[list[str], ...]:
    """Return what a form may write: the crisis's stamp, movements, runs, people, tokens, deeds on record."""
    with door.store.reading() as read:
        admitted = read.list_accounts()
        return (
            [str(read.stamp("two-rivers"))],
            [str(movement) for movement in read.list_movements("two-rivers")],
            [f"{run.id} {run.state} {run.wish}" for run in read.list_runs("two-rivers")],
            [f"{one.username} {sorted(one.roles)} {one.version}" for one in admitted],
            [str(token) for one in admitted for token in read.list_tokens(one.id)],
            [f"{entry.action} {entry.target}" for entry in read.list_audit(limit=1_000)],
        )
