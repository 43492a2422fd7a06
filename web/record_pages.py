"""Pages that add, edit and remove one row of needs or supply, the same for every kind of row."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from planner.domain.errors import BadInput, NotFound
from planner.services.reference_edits import By, add_row, edit_row, remove_row
from planner.store.records import ChangedMeanwhile, Versioned
from web.desk import the_desk
from web.forms import WHOLE, Form, do_once
from web.frame import page as address
from web.i18n import gettext as _
from web.record_forms import RecordForm
from web.rights import Right, needs


def add_record_routes(
    blueprint: Blueprint, forms: Mapping[str, RecordForm[Any]], back: Callable[[str, Mapping[str, str]], str]
) -> None:
    """Give a blueprint `edit` and `remove`; `back` says where a saved row is seen, from its kind and its values."""

    def edit(kind: str) -> str | Answer | tuple[str, int]:
        asked = _known(forms, kind)
        row_id = request.args.get("id")
        saved = None if row_id is None else _saved(asked, row_id)
        form = Form() if request.method == "GET" else Form.sent()
        if request.method == "GET":
            form.values = dict(request.args) if saved is None else asked.values(saved.row)
            return _page(kind, asked, form, saved)
        row = asked.read(form, the_desk().world(), None if saved is None else saved.row)
        if row is None:
            return _page(kind, asked, form, saved), 422

        def deed() -> str:
            _save(row, None if saved is None else form.whole("version") or 0)
            return back(kind, asked.values(row))

        try:
            answer = do_once(deed)
        except ChangedMeanwhile:
            theirs = _saved(asked, row_id or "")
            return _page(kind, asked, form, theirs, conflict=asked.rows_of_conflict(theirs.row, form)), 409
        except BadInput as wrong:
            form.complain(WHOLE, str(wrong))
            return _page(kind, asked, form, saved), 422
        flash(_("Saved."))
        return answer

    def remove(kind: str) -> Answer | Response:
        asked = _known(forms, kind)
        row_id, form = request.args.get("id", ""), Form.sent()
        values = asked.values(_saved(asked, row_id).row)

        def deed() -> str:
            desk = the_desk()
            by = By(actor=g.me.id, at=desk.clock())
            remove_row(desk.store, desk.world(), asked.kind, row_id, form.whole("version") or 0, by)
            return back(kind, values)

        try:
            answer = do_once(deed)
        except (ChangedMeanwhile, NotFound) as wrong:
            flash(str(wrong))
            return redirect(address(f"{blueprint.name}.edit", kind=kind, id=row_id), 303)
        flash(_("Removed. What it was stays in the audit trail."))
        return answer

    blueprint.add_url_rule("/rows/<kind>/edit", "edit", needs(Right.EDIT)(edit), methods=["GET", "POST"])
    blueprint.add_url_rule("/rows/<kind>/remove", "remove", needs(Right.EDIT)(remove), methods=["POST"])


def _known(forms: Mapping[str, RecordForm[Any]], kind: str) -> RecordForm[Any]:
    return forms.get(kind) or abort(404)


def _save(row: Any, version: int | None) -> None:  # noqa: ANN401 - one of the kinds of rows
    desk = the_desk()
    by = By(actor=g.me.id, at=desk.clock())
    if version is None:
        add_row(desk.store, desk.world(), row, by)
    else:
        edit_row(desk.store, desk.world(), row, version, by)


def _saved(asked: RecordForm[Any], row_id: str) -> Versioned[Any]:
    desk = the_desk()
    with desk.store.reading() as read:
        return read.get_reference(desk.crisis_id, asked.kind, row_id)


def _page(
    kind: str, asked: RecordForm[Any], form: Form, saved: Versioned[Any] | None, conflict: list[Any] | None = None
) -> str:
    world = the_desk().world()
    choices = {field.name: list(field.choices(world)) for field in asked.fields if field.choices is not None}
    return render_template(
        "supply/edit.html", kind=kind, asked=asked, form=form, saved=saved, choices=choices, conflict=conflict,
        row_id=request.args.get("id"),
    )  # fmt: skip
