"""Settings: people and their roles, the parameters in force, and the trail of who did what. No route is shown here."""

import inspect
import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final

from flask import Blueprint, flash, g, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from planner.domain.errors import PlannerError
from planner.domain.policy import STANDARD, Limits, PlanPolicy
from planner.domain.rights import Role
from planner.services import accounts, outbox
from planner.services.access_policy import in_force
from planner.store.receipts import AlreadyDone
from web.desk import the_desk
from web.forms import WHOLE, Form, once
from web.frame import page as address
from web.i18n import gettext as _
from web.policy_words import PARAMETERS
from web.rights import Right, needs

page = Blueprint("settings", __name__, url_prefix="/settings")
ENTRIES: Final = 100
_NOTE: Final = re.compile(r'^    (\w+):[^\n]*\n    """(.+?)"""', re.MULTILINE | re.DOTALL)


@page.get("")
@needs(Right.ADMINISTER)
def index() -> str:
    """Show people, parameters and the audit trail."""
    return _page(Form())


@page.post("/people")
@needs(Right.ADMINISTER)
def add_person() -> str | Answer | tuple[str, int]:
    """Add an account; its one-time password is shown once."""
    form = Form.sent()
    roles = [Role(name) for name in request.form.getlist("roles") if name in set(Role)]
    username, name = form.text("username", required=True, longest=32), form.text("name", longest=80)
    if not roles:
        form.complain("roles", _("Give at least one role."))
    if not form.ok:
        return _page(form), 422
    desk = the_desk()
    try:
        with once():
            made = accounts.add_account(desk.store, username, roles, name=name, actor=g.me.id, at=desk.clock())
    except AlreadyDone:
        return redirect(address("settings.index"), 303)
    except PlannerError as wrong:
        form.complain("username", str(wrong))
        return _page(form), 422
    # Shown in this answer alone, which nobody keeps: a redirect would have to carry the password somewhere.
    return _page(Form(), told=made)


@page.post("/alerts/<recipient>")
@needs(Right.ADMINISTER)
def change_alerts(recipient: str) -> str | Answer | tuple[str, int]:
    """Begin or cease to mail a recipient on duty how many convoys news touches."""
    desk = the_desk()
    try:
        with once():
            on = request.form.get("alerts") == "on"
            outbox.switch_alerts(desk.store, desk.crisis_id, recipient, on=on, by=g.me.id, at=desk.clock())
    except AlreadyDone:
        return redirect(address("settings.index"), 303)
    except PlannerError as wrong:
        form = Form()
        form.complain(WHOLE, str(wrong))
        return _page(form), 409
    flash(_("Saved."))
    return redirect(address("settings.index"), 303)


DEEDS: Final[dict[str, Callable[..., Any]]] = {
    "disable": accounts.disable_account,
    "enable": accounts.enable_account,
    "erase": accounts.erase_name,
}


@page.post("/people/<username>")
@needs(Right.ADMINISTER)
def change_person(username: str) -> str | Answer | tuple[str, int]:
    """Give somebody other roles or a new password, let them in no more, or forget their name."""
    desk, deed = the_desk(), request.form.get("deed", "")
    by = {"actor": g.me.id, "at": desk.clock()}
    told: accounts.NewPassword | None = None
    form = Form()
    try:
        with once():
            if deed == "roles":
                roles = [Role(name) for name in request.form.getlist("roles") if name in set(Role)]
                accounts.set_roles(desk.store, username, roles, **by)
            elif deed == "reset":
                told = accounts.reset_password(desk.store, username, second_factor=True, **by)
            elif deed == "end":
                accounts.end_sign_ins(desk.store, accounts.get_account(desk.store, username).id, **by)
            elif deed in DEEDS:
                DEEDS[deed](desk.store, username, **by)
    except AlreadyDone:
        return redirect(address("settings.index"), 303)
    except PlannerError as wrong:
        form.complain(WHOLE, str(wrong))
        return _page(form), 409
    if told is not None:
        return _page(form, told=told)
    flash(_("Saved."))
    return redirect(address("settings.index"), 303)


def _page(form: Form, told: "accounts.NewPassword | None" = None) -> str:
    desk = the_desk()
    world = desk.world()
    now = in_force(world, world.head)
    with desk.store.reading() as read:
        entries, chain = read.list_audit(limit=ENTRIES), read.check_audit()
    return render_template(
        "settings/index.html", form=form, told=told, people_list=accounts.list_accounts(desk.store), roles=tuple(Role),
        entries=entries, chain=chain, versions=desk.versions,
        policies=[(type(one).__name__, parameters(one)) for one in (now.policy, STANDARD, Limits())],
        policy=now, words=PARAMETERS,
        recipients=[one for one in outbox.list_recipients(desk.store, desk.crisis_id) if one.active],
    )  # fmt: skip


def parameters(made: Any) -> list[tuple[str, Any, Any, str]]:  # noqa: ANN401 - any policy
    """Return name, value, default and meaning of each parameter of a policy, as the code that uses them states it."""
    kind = type(made)
    notes = {name: " ".join(note.split()) for name, note in _NOTE.findall(inspect.getsource(kind))}
    default = STANDARD if isinstance(made, PlanPolicy) else kind()
    return [(f.name, getattr(made, f.name), getattr(default, f.name), notes.get(f.name, "")) for f in fields(kind)]
