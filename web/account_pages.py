"""My sign-in: the password, one-time codes, where I am signed in, and my scripts' tokens."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import qrcode
from flask import flash, g, redirect, render_template, request, url_for
from flask_security.utils import hash_password, verify_password
from itsdangerous import BadData
from werkzeug.wrappers import Response

from planner.domain.errors import NotFound, Refused
from planner.services import accounts, sign_ins
from web.desk import the_desk
from web.forms import WHOLE, AlreadyDone, Form, once
from web.i18n import gettext as _
from web.identity import Person, must_have_codes, the_codes, the_library
from web.rights import Right, needs
from web.sessions import this_visit
from web.signin_pages import page

__all__ = ["page"]
SETUP_WITHIN_S: Final = 30 * 60
OTHERS: Final = "others"
TAKEN_AGAIN: Final = HTTPStatus.UNPROCESSABLE_ENTITY


@page.get("/account")
@needs(Right.ANYBODY)
def account() -> str:
    """Show all that belongs to my sign-in."""
    return _account_page()


@page.route("/account/password", methods=["GET", "POST"])
@needs(Right.ANYBODY)
def change_password() -> str | Response | tuple[str, int]:
    """Change my password; my other sign-ins end."""
    if request.method == "GET":
        return render_template("signin/password.html", form=None)
    form, person = Form.sent(), Person(g.account)
    new = form.values.get("new_password", "")
    if _is_mine(form, person):
        if form.values.get("password", "") == new:
            form.complain("new_password", _("This is the password you have. Choose another."))
        weak, normal = the_library().password_util.validate(new, False, user=person)  # noqa: FBT003 - the library's form
        for said in weak or ():
            form.complain("new_password", said)
        if new != form.values.get("again", ""):
            form.complain("again", _("The two do not match."))
        if form.ok:
            sign_ins.change_password(
                the_desk().store, g.account, hash_password(normal), sign_in=_this(), at=the_desk().clock()
            )
            flash(_("Your password is changed. Your other sign-ins have ended."), "done")
            return redirect(url_for("signin.account"), HTTPStatus.SEE_OTHER)
    return render_template("signin/password.html", form=_without_passwords(form)), TAKEN_AGAIN


@page.route("/account/codes", methods=["GET", "POST"])
@needs(Right.ANYBODY)
def second_factor() -> str | Response | tuple[str, int]:
    """Set up one-time codes: show the secret, and keep it once a code of it was typed."""
    if g.account.totp_secret is not None:
        return redirect(url_for("signin.account"), HTTPStatus.SEE_OTHER)
    library = the_library()
    if request.method == "GET":
        return _setup_page(None, the_codes().generate_totp_secret())
    form = Form.sent()
    try:
        mine, secret = library.tf_setup_serializer.loads(form.values.get("state", ""), max_age=SETUP_WITHIN_S)
    except (BadData, ValueError):
        mine, secret = "", ""
    if mine != g.account.id:
        form.complain(WHOLE, _("This page was open too long. Scan the new picture."))
        return _setup_page(form, the_codes().generate_totp_secret()), TAKEN_AGAIN
    person = Person(g.account)
    typed = "".join(form.text("code", required=True, longest=20).split())
    step = the_codes().step_of(typed, secret)
    if _is_mine(form, person) and step is None:
        form.complain("code", _("This code does not fit. Type the one that is shown now; is the phone's clock right?"))
    if not form.ok or step is None:
        return _setup_page(_without_passwords(form), secret), TAKEN_AGAIN
    codes = library.mf_recovery_codes_util.create_recovery_codes(person)
    sign_ins.set_second_factor(
        the_desk().store, person.account, secret=secret, counter=step,
        recovery_codes=person.account.recovery_codes, at=the_desk().clock(),
    )  # fmt: skip
    return render_template("signin/recovery_codes.html", codes=codes, first=True)


@page.post("/account/codes/recovery")
@needs(Right.ANYBODY)
def new_recovery_codes() -> str | Response | tuple[str, int]:
    """Replace my recovery codes and show them once."""
    form, person = Form.sent(), Person(g.account)
    if g.account.totp_secret is None:
        raise Refused(_("Set up one-time codes first."))
    if not _is_mine(form, person):
        return _account_page(_without_passwords(form), "recovery"), TAKEN_AGAIN
    codes = the_library().mf_recovery_codes_util.create_recovery_codes(person)
    sign_ins.note_new_recovery_codes(the_desk().store, g.account.id, the_desk().clock())
    return render_template("signin/recovery_codes.html", codes=codes, first=False)


@page.post("/account/codes/drop")
@needs(Right.ANYBODY)
def drop_second_factor() -> str | Response | tuple[str, int]:
    """Ask me for no code any more, where my role may do without."""
    form, person = Form.sent(), Person(g.account)
    if must_have_codes(g.account):
        raise Refused(_("Your role must keep one-time codes. On a new phone, ask an administrator to reset them."))
    if not _is_mine(form, person):
        return _account_page(_without_passwords(form), "drop"), TAKEN_AGAIN
    sign_ins.drop_second_factor(the_desk().store, g.account, the_desk().clock())
    flash(_("One-time codes are off."), "done")
    return redirect(url_for("signin.account"), HTTPStatus.SEE_OTHER)


@page.post("/account/sign-ins/end")
@needs(Right.ANYBODY)
def end_sign_in() -> Response:
    """End one of my sign-ins, or all but this one."""
    wanted, store, now = request.form.get("sign_in", ""), the_desk().store, the_desk().clock()
    try:
        if wanted == OTHERS:
            accounts.end_sign_ins(store, g.account.id, but=_this(), actor=g.me.id, at=now)
        else:
            accounts.end_sign_in(store, wanted, account=g.account.id, actor=g.me.id, at=now)
        flash(_("Ended."), "done")
    except NotFound:
        flash(_("That sign-in had ended already."), "info")
    return redirect(url_for("signin.account"), HTTPStatus.SEE_OTHER)


@page.post("/account/tokens")
@needs(Right.ANYBODY)
def make_token() -> str | Response | tuple[str, int]:
    """Make a token for my script and show it once."""
    form = Form.sent()
    label = form.text("label", required=True, longest=sign_ins.LONGEST_LABEL)
    days = form.choice("days", tuple(map(str, sign_ins.TOKEN_DAYS)))
    if form.ok and _is_mine(form, Person(g.account)):
        try:
            with once():
                made = sign_ins.make_token(the_desk().store, g.account.id, label, int(days), the_desk().clock())
        except AlreadyDone:
            flash(_("The token was made already. If you did not see it, revoke it and make another."), "info")
            return redirect(url_for("signin.account"), HTTPStatus.SEE_OTHER)
        except Refused:
            form.complain(WHOLE, _("You have as many tokens as there may be. Revoke one that is not used."))
        else:
            return render_template("signin/new_token.html", made=made)
    return _account_page(_without_passwords(form), "token"), TAKEN_AGAIN


@page.post("/account/tokens/revoke")
@needs(Right.ANYBODY)
def revoke_token() -> Response:
    """Revoke one of my tokens."""
    try:
        sign_ins.revoke_token(the_desk().store, g.account.id, request.form.get("token", ""), the_desk().clock())
        flash(_("Revoked."), "done")
    except NotFound:
        flash(_("That token was revoked already."), "info")
    return redirect(url_for("signin.account"), HTTPStatus.SEE_OTHER)


def _account_page(form: Form | None = None, wrong_part: str = "") -> str:
    store, now = the_desk().store, the_desk().clock()
    return render_template(
        "signin/account.html", form=form, wrong_part=wrong_part, mine=g.account, this_sign_in=_this(),
        sign_ins=accounts.list_sign_ins(store, g.account.id, now), must_have_codes=must_have_codes(g.account),
        tokens=sign_ins.list_tokens(store, g.account.id, now), token_days=sign_ins.TOKEN_DAYS,
        codes_left=len(g.account.recovery_codes),
    )  # fmt: skip


def _setup_page(form: Form | None, secret: str) -> str:
    library = the_library()
    state = library.tf_setup_serializer.dumps([g.account.id, secret])
    address = the_codes().get_totp_uri(g.account.username, secret)
    return render_template(
        "signin/second_factor.html", form=form, state=state, qr=_squares(address),
        key=the_codes().get_totp_pretty_key(secret),
    )  # fmt: skip


def _squares(text: str) -> dict[str, Any]:
    """Return a QR code as an SVG path on a grid; drawn inside the page, for the policy allows no other picture."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    code.make(fit=True)
    rows: Sequence[Sequence[bool]] = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return {"size": len(rows), "path": path}


def _is_mine(form: Form, person: Person) -> bool:
    """Ask for the password once more before something that a left screen must not allow; wrong ones are counted."""
    typed = the_library().password_util.normalize(form.values.get("password", ""))
    if not person.is_locked() and verify_password(typed, person.account.password_hash):
        return True
    if not person.is_locked():
        person.track_failed_authn("password")
    form.complain("password", _("This is not your password, or your account rests after too many wrong ones."))
    return False


def _without_passwords(form: Form) -> Form:
    """Return a form that shows nothing of a password again."""
    kept = {name: value for name, value in form.values.items() if name not in {"password", "new_password", "again"}}
    return Form(values=kept, complaints=form.complaints)


def _this() -> str:
    sign_in = this_visit().sign_in
    return "" if sign_in is None else sign_in.id
