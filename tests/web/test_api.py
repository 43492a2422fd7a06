"""The API holds to its own description for every role, and a repeated report is one record."""

import os
import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from planner.domain.rights import Role, can
from planner.services import accounts, sign_ins
from tests.web.doors import Door
from tests.web.released import SIGNER, release_one
from tests.web.routes import needed, rules, walk
from web.desk import KEY

pytest_plugins = ["tests.web.site_fixtures"]
EXAMPLES = 100 if os.environ.get("QAFILA_PROVE") else 5
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = 46
REPORT = {
    "kind": "gate", "source": "test", "valid_from": "2031-04-08T09:00+03:00", "learned_at": "2031-04-08T08:00+03:00",
    "values": {"gate": "amber-bridge", "state": "closed"},
}  # fmt: skip


def bearer(door: Door, role: Role) -> dict[str, str]:
    """Return the header of a personal token of the role's person."""
    account = accounts.get_account(door.store, role.value)
    made = sign_ins.make_token(door.store, account.id, "test", 30, door.clock())
    return {"Authorization": f"Bearer {made.token}"}


@pytest.mark.parametrize("role", list(Role))
def test_the_api_holds_to_its_description(site: Door, role: Role) -> None:
    headers = bearer(site, role) | {"Accept-Encoding": "identity"}
    site.app.extensions[KEY].signer = lambda: SIGNER
    release_one(site)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site.app, headers=headers)
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) == OPERATIONS

    for operation in operations:

        @settings(
            max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
            phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def asked(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        asked()


def test_every_address_of_the_api_is_described(site: Door) -> None:
    """What is not described is not tried above, by any role."""
    described = site.signed_in("analyst").get("/api/v1/openapi.json").get_json()["paths"]
    operations = {(method.upper(), path) for path, methods in described.items() for method in methods}
    routed = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        for rule in rules(site, method)
        if rule.rule.startswith("/api/") and rule.endpoint != "api_description"
    }

    assert operations == routed
    assert len(operations) == OPERATIONS


GOOD: dict[str, tuple[str, dict[str, Any] | None]] = {
    "api.access.status": ("?on=amber-bridge", None),
    "api.access.explain": ("", None),
    "api.access.ways": ("?origin=ordan&destination=kessa", None),
    "api.access.record": ("", REPORT),
    "api.access.withdraw": ("", {"reason": "asked again", "source": "test"}),
    "api.plans.list_plans": ("", None),
    "api.plans.make": ("", {"start": "2031-04-09", "days": 2}),
    "api.plans.show": ("", None),
    "api.plans.verify": ("", None),
    "api.plans.study": ("", None),
    "api.plans.find_out": ("", None),
    "api.plans.difference": ("", None),
    "api.plans.publish": ("", None),
    "api.plans.run_state": ("", None),
    "api.plans.stop": ("", None),
    "api.plans.suppose": ("", {"toml": '[[edit]]\nkind = "escort_change"\nteams = 2\n'}),
    "api.operations.sites": ("", None),
    "api.operations.hubs": ("", None),
    "api.operations.convoys": ("", None),
    "api.operations.denials": ("?period=2031-04", None),
    "api.incidents.mine": ("", None),
    "api.incidents.incidents": ("", None),
    "api.incidents.submit": (
        "",
        {"organisation": "RS", "what": "held", "happened_at": "2031-04-07", "governorate": "XR01", "place": "x"},
    ),
    "api.incidents.accept": ("", {"site": "varn", "reason_code": "visa", "hub": "ordan"}),
    "api.incidents.give_back": ("", {"reason": "which day?"}),
    "api.requests.requests": ("?plan=2031-03", None),
    "api.requests.request_of": ("", None),
    "api.requests.month_of": ("", None),
    "api.requests.ask_for": (
        "",
        {"site": "osk", "plan": "2031-05", "hub": "ordan", "source": "desk", "submitted_at": "2031-04-01"},
    ),
    "api.requests.step_of": ("", {"step": "agree_in_principle", "at": "2031-04-08T07:00+03:00", "source": "desk"}),
    "api.reports.preview": ("?kind=activities&subject=2031-03", None),
    "api.reports.reports": ("", None),
    "api.reports.draft": ("", {"kind": "activities", "subject": "2031-03", "tier": "T1"}),
    "api.reports.report": ("", None),
    "api.reports.review": ("", {"verdict": "approved"}),
    "api.reports.release": ("", None),
    "api.reports.discard": ("", None),
    "api.reports.file": ("", None),
    "api.reports.bundle": ("", None),
    "api.reports.letters": ("", None),
    "api.recipients.recipients": ("", None),
    "api.recipients.save": ("", {"recipient": "wfp", "organisation": "WFP", "tier": "T1", "account": "partner"}),
    "api.recipients.end": ("", None),
    "api.recipients.retry": ("", None),
    "api.reports.feed": ("", None),
    "api.reports.atom": ("", None),
}
"""A good question to each operation, for drawn values seldom name something that is there."""
FILES = {
    "api.reports.file": "text/csv", "api.reports.bundle": "application/zip", "api.reports.atom": "application/atom+xml",
}  # fmt: skip
REFUSED_BY_THE_WORLD = {
    "api.plans.stop": {409}, "api.incidents.accept": {404}, "api.incidents.give_back": {404},
    "api.reports.review": {409}, "api.reports.release": {409}, "api.reports.discard": {409},
    "api.recipients.end": {404}, "api.recipients.retry": {404},
}  # fmt: skip
"""Not by the role: run 1 and report 1 have ended, nobody has submitted an incident, nobody gets a report."""


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_answered_well_where_it_may_ask(site: Door, role: Role) -> None:
    headers, client = bearer(site, role), site.app.test_client()
    assert len(GOOD) == OPERATIONS
    assert release_one(site) == 1
    site.app.extensions[KEY].signer = lambda: SIGNER
    for method in ("GET", "POST"):
        for rule, where in walk(site, method):
            if rule.endpoint not in GOOD:
                continue
            query, body = GOOD[rule.endpoint]
            right = needed(site, rule)
            assert right is not None
            answer = client.open(where + query, method=method, json=body, headers=headers)
            good = REFUSED_BY_THE_WORLD.get(rule.endpoint, {200, 201, 202})
            assert answer.status_code in (good if can({role}, right) else {403}), (rule, answer.text)
            media = (
                FILES.get(rule.endpoint, "application/json") if answer.status_code < 400 else "application/problem+json"
            )
            assert answer.mimetype == media


def test_a_report_sent_twice_with_one_key_is_one_record(site: Door) -> None:
    headers = bearer(site, Role.ANALYST) | {"Idempotency-Key": "report-1"}
    client = site.app.test_client()
    with site.store.reading() as read:
        head = read.head("two-rivers")

    answers = [client.post("/api/v1/evidence", json=REPORT, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json() == {"position": head + 1}
    with site.store.reading() as read:
        assert read.head("two-rivers") == head + 1


def test_every_mistake_of_a_report_is_said_in_one_problem(site: Door) -> None:
    wrong = {"kind": "gate", "source": "", "credibility": 9, "reliability": "Z", "colour": "red"}

    answer = site.app.test_client().post("/api/v1/evidence", json=wrong, headers=bearer(site, Role.ANALYST))

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    said = answer.get_json()["detail"]
    assert all(name in said for name in ("source", "credibility", "reliability", "colour", "valid_from"))


def test_a_partner_is_answered_as_a_partner_whatever_is_asked(site: Door) -> None:
    answer = site.app.test_client().get(
        "/api/v1/denials?period=2031-04&tier=T3&at=2031-06-01", headers=bearer(site, Role.PARTNER)
    )

    assert answer.get_json()["tier"] == "T1"


def test_without_a_token_nothing_is_told(site: Door) -> None:
    client = site.app.test_client()

    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic bm91cjpub3Vy"}):
        answer = client.get("/api/v1/plans", headers=headers)
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="qafila"'
