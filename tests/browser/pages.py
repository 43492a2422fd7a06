"""Every page of the site, as pictures and the reading of rules for access go through them."""

from dataclasses import dataclass
from typing import Final

from planner.domain.rights import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One page in one state: its name, its address, and who looks at it."""

    name: str
    address: str
    role: Role = Role.COORDINATOR


def screens(
    *, gate: str, site: str, segment: str, convoy: str, case: str, later: str, period: str
) -> tuple[Screen, ...]:
    """Return the screens of a crisis, whose names of things are given; `later` is a time after its failures."""
    return (
        Screen(name="today", address="/today"),
        Screen(name="access", address="/access"),
        Screen(name="access-gate", address=f"/access?sel=gate:{gate}"),
        Screen(name="access-segment", address=f"/access?sel=segment:{segment}"),
        Screen(name="access-record", address=f"/access/record?sel=gate:{gate}"),
        Screen(name="access-ceasefires", address="/access/ceasefires"),
        Screen(name="access-log", address="/access/log"),
        Screen(name="access-import", address="/access/import"),
        Screen(name="access-policy", address="/access/policy"),
        Screen(name="access-roads", address="/access/roads"),
        Screen(name="access-road-file", address="/access/roads/1"),
        Screen(name="access-record-page", address="/access/records/1"),
        Screen(name="access-route", address=f"/access/route?to={site}&from={site}"),
        Screen(name="access-ways", address="/access/route"),
        Screen(name="access-nothing", address="/access?q=nothing-is-called-so"),
        Screen(name="needs", address="/needs"),
        Screen(name="needs-nothing", address="/needs?q=nothing-is-called-so"),
        Screen(name="needs-site", address=f"/needs/{site}"),
        Screen(name="needs-edit", address="/needs/rows/need/edit"),
        Screen(name="needs-import", address="/needs/import"),
        Screen(name="supply", address="/supply"),
        Screen(name="supply-edit", address="/supply/rows/stock/edit"),
        Screen(name="supply-import", address="/supply/import"),
        Screen(name="plans", address="/plans"),
        Screen(name="plan", address="/plans/latest"),
        Screen(name="plan-verified", address="/plans/latest/verify"),
        Screen(name="plan-futures", address="/plans/latest/futures"),
        Screen(name="plan-difference", address="/plans/latest/diff/latest"),
        Screen(name="plan-sheets", address="/plans/latest/sheets"),
        Screen(name="plan-unmet", address=f"/plans/latest?sel=site:{site}"),
        Screen(name="plan-none", address="/plans/no-such-plan"),
        Screen(name="what-if", address="/what-if"),
        Screen(name="what-if-edit", address=f"/what-if?sel=gate:{gate}"),
        Screen(name="compared", address="/what-if/compare?base=latest&with=1"),
        Screen(name="compare-plans", address="/what-if/compare?base=latest"),
        Screen(name="sweeps", address="/what-if/sweeps"),
        Screen(name="replays", address="/what-if/replays"),
        Screen(name="replay-done", address="/what-if/replays/1"),
        Screen(name="requests", address="/requests"),
        Screen(name="request-new", address="/requests/new"),
        Screen(name="convoys", address="/convoys"),
        Screen(name="outcome-of-any", address="/convoys/outcome"),
        Screen(name="incidents-desk", address="/incidents/desk"),
        Screen(name="incidents-partner", address="/incidents", role=Role.PARTNER),
        Screen(name="convoy", address=f"/convoys/{convoy}"),
        Screen(name="outcome", address=f"/convoys/{convoy}/outcome"),
        Screen(name="failed", address=f"/failed?at={later}&period={period[:4]}"),
        Screen(name="failed-case", address=f"/failed/{case}?at={later}"),
        Screen(name="failed-partner", address="/failed", role=Role.PARTNER),
        Screen(name="reports", address=f"/reports?at={later}&period={period}"),
        Screen(name="recipients", address="/reports/recipients"),
        Screen(name="reports-partner", address=f"/reports?period={period}", role=Role.PARTNER),
        Screen(name="runs", address="/runs"),
        Screen(name="run", address="/runs/1"),
        Screen(name="settings", address="/settings", role=Role.ADMIN),
        Screen(name="account", address="/account"),
        Screen(name="password", address="/account/password"),
        Screen(name="codes", address="/account/codes"),
        Screen(name="not-found", address="/no-such-page"),
        Screen(name="not-allowed", address="/settings"),
    )


TWO_RIVERS: Final = (
    *screens(
        gate="amber-bridge",
        site="kessa",
        segment="merro--ordan",
        convoy="kessa-01",
        case="two-rivers-00035",
        later="2031-06-01T08:00",
        period="2031-04",
    ),
    Screen(name="sweep", address="/what-if/sweeps/1"),
    Screen(name="request", address="/requests/varn@varn-01"),
    Screen(name="request-step", address="/requests/varn@varn-01/step/agree_in_principle"),
)
SYRIA: Final = screens(
    gate="castello",
    site="eastern-aleppo",
    segment="homs--talbiseh-line",
    convoy="eastern-aleppo-40",
    case="syria-2016-09-00305",
    later="2016-10-10T08:00",
    period="2016-09",
)
