"""The page that brings files of evidence in: first what they would add and correct, row by row, then just that."""

from typing import Any, Final, cast

from flask import Blueprint, flash, g, render_template, request
from werkzeug.wrappers import Response as Answer

from planner.domain.errors import BadInput
from planner.intake.drafts import Draft, Teller
from planner.services.evidence_import import KINDS, EvidenceKind, EvidencePlan, compare_evidence, import_evidence
from planner.services.impact import foresee_records
from planner.services.in_hand import find_in_hand
from planner.store.records import ChangedMeanwhile
from routing.errors import RoutingError
from web.desk import the_desk
from web.forms import Form, do_once
from web.frame import current_asof, page_asof
from web.frame import page as address
from web.i18n import gettext as _
from web.i18n import lazy_gettext as _l
from web.i18n import ngettext
from web.place_marks import impact_overlay
from web.rights import Right, needs
from web.sent_table import sent_table
from web.words import input_moment

SHOWN: Final = 200
"""Of thousands of rows the first are shown; the counts are of all."""
TURNED_SHOWN: Final = 12
FARTHEST_M: Final = 20_000
TOLD: Final[dict[str, Any]] = {
    "events": _l("Security events, in ACLED's columns"),
    "roads": _l("Road conditions, as logistics groups publish them"),
    "control": _l("Who holds which land: polygons"),
}
ENCODINGS: Final = {"utf-8": "UTF-8", "cp1256": "Windows 1256", "cp1252": "Windows 1252"}
CARRIED: Final = (
    "kind", "source", "learned_at", "reliability", "credibility", "within", "parties", "under", "name", "kept",
)  # fmt: skip
"""What the confirmation sends again; the table itself stands in a field of its own."""


def add_to(page: Blueprint) -> None:
    """Give the pages of access their import."""
    page.add_url_rule("/import", "bring_in", needs(Right.RECORD)(bring_in), methods=["GET", "POST"])


def bring_in() -> str | Answer | tuple[str, int]:
    """Ask for a file, show what it would do, or do just that."""
    if request.method == "GET":
        values = {"kind": request.args.get("kind", ""), "reliability": "B", "credibility": "2", "within": "500"}
        return _page(Form(values={**values, "learned_at": input_moment(page_asof().at), "encoding": "utf-8"}), None)
    form = Form.sent()
    plan = _compared(form)
    if plan is None:
        return _page(form, None), 422
    if not form.checked("confirm"):
        return _page(form, plan)
    return _stored(form, plan)


def _stored(form: Form, plan: EvidencePlan) -> str | Answer | tuple[str, int]:
    def deed() -> str:
        desk = the_desk()
        if form.values.get("seen") != plan.digest:
            # Asked within a transaction, which knows whether this very form was sent and done before.
            with desk.store.writing():
                raise ChangedMeanwhile(plan.kind)
        positions = import_evidence(desk.store, desk.world(), plan, by=g.me.id, at=desk.clock())
        return address("access.log", known=positions[-1] if positions else None, at=input_moment(page_asof().at))

    try:
        answer = do_once(deed)
    except ChangedMeanwhile:
        form.complain("table", _("What is on record has changed since the preview. Look again, then bring it in."))
        return _page(form, _compared(form)), 409
    many = len(plan.added) + len(plan.corrected)
    flash(ngettext("%(num)s row was brought in.", "%(num)s rows were brought in.", many))
    return answer


def _compared(form: Form) -> EvidencePlan | None:
    kind = form.choice("kind", KINDS)
    learned = form.moment("learned_at", required=True)
    within = form.whole("within", least=1, most=FARTHEST_M)
    grade = form.choice("reliability", tuple("ABCDEF")), form.choice("credibility", tuple("123456"))
    source, parties = form.text("source", longest=300), _parties(form)
    if not form.ok or learned is None:
        return None
    desk = the_desk()
    teller = Teller(
        learned_at=learned, zone=desk.zone, source=source, reliability=grade[0], credibility=int(grade[1]),
        parties=parties, within_m=500 if within is None else within, under=form.checked("under"),
    )  # fmt: skip
    try:
        encoding = form.values.get("encoding", "utf-8")
        name, content = sent_table(form, encoding if encoding in ENCODINGS and encoding != "utf-8" else "")
        return compare_evidence(desk.world(), cast("EvidenceKind", kind), name, content, teller)
    except (BadInput, RoutingError) as wrong:
        for line in str(wrong).splitlines():
            form.complain("table", line)
        return None


def _parties(form: Form) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in form.text("parties").replace("،", ",").split(","):
        name, equals, party = one.rpartition("=")
        if one.strip() and not (equals and name.strip()):
            form.complain("parties", _("Write them as blue=north, apart by commas."))
        found[name.strip()] = party.strip()
    return found


def _page(form: Form, plan: EvidencePlan | None) -> str:
    drafts: list[tuple[Draft, int | None]] = []
    if plan is not None:
        drafts = [(one.draft, one.withdraws) for one in plan.corrected] + [(draft, None) for draft in plan.added]
        drafts.sort(key=lambda one: one[0].row)
    desk = the_desk()
    impact = None
    if plan is not None and plan.records:
        going = find_in_hand(desk.store, desk.crisis_id, desk.plan)
        impact = foresee_records(desk.world(), plan.records, going, current_asof())
    turned = {} if impact is None else {turn.segment: turn.after for turn in impact.turned}
    touched = [] if impact is None else [one.convoy for one in impact.touched]
    return render_template(
        "access/import.html", form=form, plan=plan, kinds=TOLD, encodings=ENCODINGS, drafts=drafts[:SHOWN],
        more=max(0, len(drafts) - SHOWN), carried=CARRIED, shown=SHOWN, world=desk.world(), impact=impact,
        turned_shown=TURNED_SHOWN, overlay=impact_overlay(desk.world(), turned, touched, None),
    )  # fmt: skip
