"""Pages that bring a table in: first what it would do, row by row, then just that, all of it or nothing."""

from typing import Any

from flask import Blueprint, flash, g, render_template, request
from werkzeug.wrappers import Response as Answer

from planner.domain.catalogue import Governorate
from planner.domain.errors import BadInput
from planner.domain.needs import Site
from planner.services.tables import Entry, ImportPlan, Subject, apply_import, compare_table
from planner.store.reference import reference_id
from routing.errors import RoutingError
from web.desk import the_desk
from web.forms import Form, do_once
from web.frame import page as address
from web.i18n import gettext as _
from web.i18n import ngettext
from web.record_forms import FLEET, NEED, STOCK
from web.rights import Right, needs
from web.sent_table import sent_table

FORMS: tuple[Any, ...] = (NEED, STOCK, FLEET)


def add_import_routes(blueprint: Blueprint, subject: Subject, columns: tuple[str, ...]) -> None:
    """Give a blueprint the page `bring_in` for tables of a subject; `columns` are what a header may be."""

    def bring_in() -> str | Answer | tuple[str, int]:
        if request.method == "GET":
            return _page(subject, columns, Form(), None)
        form = Form.sent()
        try:
            name, content = sent_table(form)
            planned = compare_table(the_desk().world(), subject, name, content)
        except (BadInput, RoutingError) as wrong:
            for line in str(wrong).splitlines():
                form.complain("table", line)
            return _page(subject, columns, form, None), 422
        if not form.checked("confirm"):
            return _page(subject, columns, form, planned)
        if form.values.get("seen") != planned.digest:
            form.complain("table", _("What is on record has changed since the preview. Look again, then bring it in."))
            return _page(subject, columns, form, planned), 409

        def deed() -> str:
            desk = the_desk()
            apply_import(desk.store, desk.world(), planned, subject, by=g.me.id, at=desk.clock())
            return address(f"{blueprint.name}.index")

        answer = do_once(deed)
        many = len(planned.added) + len(planned.changed)
        flash(ngettext("%(num)s row was brought in.", "%(num)s rows were brought in.", many))
        return answer

    blueprint.add_url_rule("/import", "bring_in", needs(Right.EDIT)(bring_in), methods=["GET", "POST"])


def _page(subject: Subject, columns: tuple[str, ...], form: Form, planned: ImportPlan | None) -> str:
    rows = [] if planned is None else _rows(planned)
    return render_template(
        "supply/import.html", subject=subject, columns=columns, form=form, planned=planned, rows=rows
    )


def _rows(planned: ImportPlan) -> list[tuple[str, str, list[tuple[Any, str, str]]]]:
    """Return what each row would do: its id, `add` or `change`, and for a change the values that differ."""
    before = {reference_id(row): row for row in planned.replaced}
    found = []
    for row in planned.rows:
        row_id = reference_id(row)
        if row_id in planned.same:
            continue
        old = _values(before[row_id]) if row_id in before else {}
        now = _values(row)
        differs = [
            (label, old.get(label, ""), value) for label, value in now.items() if old and old.get(label) != value
        ]
        found.append((row_id, "change" if old else "add", differs))
    return found


def _values(row: Entry) -> dict[Any, str]:
    """Return what a row says, by what stands above each value."""
    if isinstance(row, Site):
        return {f"{_('People')}, {one.source}": f"{one.people:,}" for one in row.people}
    if isinstance(row, Governorate):
        return {_("Name"): row.name, _("Name in Arabic"): row.name_ar}
    asked = next(form for form in FORMS if isinstance(row, form.kind))
    values = asked.values(row)
    return {str(field.label): values[field.name] for field in asked.fields}
