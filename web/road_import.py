"""Road data on a page: a file is handed to a worker, what it would do is read whole, then it is stored or put away."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, flash, g, render_template, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from planner.domain.errors import BadInput, Refused
from planner.services import road_queue
from planner.services.road_import import ALL
from planner.services.road_queue import KINDS, LARGEST_BYTES, RoadWish, view_roads
from planner.services.road_report import summary
from planner.store.records import RoadImportCard
from web.desk import the_desk
from web.forms import Form, do_once
from web.frame import page as address
from web.i18n import gettext as _
from web.i18n import lazy_gettext as _l
from web.people import names_of
from web.rights import Right, needs, takes
from web.sessions import unattended

SHOWN: Final = 60
ROWS: Final = 200
"""Of places, losses and rows so many are listed; the counts are of all."""
BESIDE_BYTES: Final = 1024 * 1024
"""What a form holds beside its file."""
FARTHEST_M: Final = 100_000
NODED: Final[dict[str, tuple[Any, bool | None]]] = {
    "": (_l("as is the rule for this kind of file"), None),
    "yes": (_l("only where they share a point"), True),
    "no": (_l("also where they cross or nearly meet"), False),
}
STAGES: Final[dict[str, Any]] = {
    "read": _l("Reads the file"),
    "compare": _l("Compares with the reports and convoys"),
    "build": _l("Builds the roads: joins lines, attaches places and gates"),
    "store": _l("Stores the roads"),
}
METRES: Final = ("snap_m", "attach_within_m", "gate_within_m", "same_m")


def add_to(page: Blueprint) -> None:
    """Give the pages of access their road data."""
    page.get("/roads")(road_files)
    page.post("/roads")(hand_in)
    page.get("/roads/<int:file>")(road_file)
    page.get("/roads/<int:file>/progress")(road_progress)
    page.post("/roads/<int:file>/store")(store_roads)
    page.post("/roads/<int:file>/drop")(drop_roads)


@needs(Right.EDIT)
def road_files() -> str:
    """Ask for a file, and list those that were brought in."""
    given = RoadWish()
    return _page(Form(values={name: f"{getattr(given, name):g}" for name in METRES}))


@takes(LARGEST_BYTES + BESIDE_BYTES)
@needs(Right.EDIT)
def hand_in() -> str | Answer | tuple[str, int]:
    """Hand a file to the worker; nothing of the crisis changes."""
    form = Form.sent()
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        form.complain("file", _("Choose a file."))
    wish = _wish(form, request.files.get("classes"))
    if wish is None or sent is None or not form.ok:
        return _page(form), 422

    def deed() -> str:
        desk, name, content = the_desk(), sent.filename or "", sent.read()
        number = road_queue.queue_roads(
            desk.store, desk.crisis_id, name, content, wish, by=g.me.id, at=desk.clock()
        )  # fmt: skip
        return address("access.road_file", file=number)

    try:
        return do_once(deed)
    except BadInput as wrong:
        form.complain("file", str(wrong))
        return _page(form), 422


def _wish(form: Form, classes: FileStorage | None) -> RoadWish | None:
    metres = {name: form.decimal(name, least=0, most=FARTHEST_M) for name in METRES}
    noded = NODED.get(form.text("noded"), NODED[""])[1]
    crs, layer = form.text("crs", longest=200), form.text("layer", longest=200)
    text = ""
    if classes is not None and classes.filename:
        try:
            text = classes.read(BESIDE_BYTES).decode("utf-8")
        except UnicodeDecodeError:
            form.complain("classes", _("This is not UTF-8. Save it as UTF-8."))
    near = {name: value for name, value in metres.items() if value is not None}
    return RoadWish(crs=crs, layer=layer, noded=noded, classes=text, **near) if form.ok else None


def _page(form: Form) -> str:
    desk = the_desk()
    files = road_queue.list_roads(desk.store, desk.crisis_id)
    return render_template(
        "access/roads.html", form=form, files=files, names=names_of(one.asked_by for one in files), kinds=KINDS,
        most_mb=LARGEST_BYTES // 1024**2, noded=[(name, text) for name, (text, _yes) in NODED.items()],
        now=summary(desk.world().network),
    )  # fmt: skip


@needs(Right.EDIT)
def road_file(file: int) -> str:
    """Show what a file would do, or how far its worker is. Without scripts the page loads itself again."""
    return _file_page(file)


@needs(Right.EDIT)
@unattended
def road_progress(file: int) -> str:
    """Return the part of the page that changes while a worker has the file."""
    card, _report = _view(file)
    return render_template("access/road_progress.html", **_progress(card))


def _progress(card: RoadImportCard) -> dict[str, Any]:
    return {"card": card, "stages": STAGES, "waits_s": max(0, the_desk().clock() - card.asked_at)}


def _view(file: int) -> tuple[RoadImportCard, Mapping[str, Any] | None]:
    desk = the_desk()
    return view_roads(desk.store, desk.crisis_id, file)


def _file_page(file: int, form: Form | None = None) -> str:
    card, told = _view(file)
    world = the_desk().world()
    return render_template(
        "access/road_file.html", report=told, form=form or Form(), names=names_of([card.asked_by]), world=world,
        now=summary(world.network), shown=SHOWN, rows_shown=ROWS, ALL=ALL, **_progress(card),
    )  # fmt: skip


@needs(Right.EDIT)
def store_roads(file: int) -> str | Answer | tuple[str, int]:
    """Hand the file to the worker again, to put its roads in the place of the crisis's, with what may be lost."""
    seen = request.form.get("seen", "")[:64]
    lost, off = (frozenset(request.form.getlist(name)) for name in ("allow_lost", "leave_off"))

    def deed() -> str:
        desk = the_desk()
        road_queue.ask_to_store(
            desk.store, desk.crisis_id, file, seen=seen, allow_lost=lost, leave_off=off, by=g.me.id, at=desk.clock()
        )
        return address("access.road_file", file=file)

    return _once(deed, file)


@needs(Right.EDIT)
def drop_roads(file: int) -> str | Answer | tuple[str, int]:
    """Put the file away; nothing of the crisis changes."""

    def deed() -> str:
        desk = the_desk()
        road_queue.drop_roads(desk.store, desk.crisis_id, file, by=g.me.id, at=desk.clock())
        flash(_("Put away. The roads are as they were."))
        return address("access.road_files")

    return _once(deed, file)


def _once(deed: Any, file: int) -> str | Answer | tuple[str, int]:  # noqa: ANN401 - as do_once takes it
    try:
        return do_once(deed)
    except Refused:
        form = Form()
        form.complain("", _("Somebody decided about it meanwhile, or a worker has it. This is how it stands now."))
        return _file_page(file, form), 409
