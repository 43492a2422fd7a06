"""Flask-Security at work on our store: passwords, one-time codes and recovery codes; its pages are not used."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Final, cast

from flask import Flask, current_app, g, request
from flask_security import LoginForm, RoleMixin, Security, UserDatastore, UserMixin, UsernameUtil
from flask_security.password_util import PasswordUtil
from flask_security.totp import Totp
from flask_security.utils import uia_username_mapper
from passlib.exc import TokenError

from planner.domain.accounts import Account
from planner.domain.passwords import LONGEST, SHORTEST, Weakness, judge_password
from planner.domain.rights import Role
from planner.services.passwords import LANES, MEMORY_KIB, ROUNDS
from planner.services.sign_ins import note_failure
from planner.store.store import Store
from routing.units import Instant
from web.desk import the_desk
from web.i18n import gettext as _

SKEW_S: Final = 30
"""A phone's clock may be wrong by one step of a code."""
RECOVERY_CODES: Final = 10
CODE_ROLES: Final = frozenset({Role.COORDINATOR, Role.ADMIN})
"""Those who must have a second factor where the settings say so."""
SECRET: Final = "pages"  # noqa: S105 - its name in the store


class RoleName(RoleMixin):
    """A role as the library knows it."""

    def __init__(self, name: str) -> None:
        self.name = name


class Person(UserMixin):
    """An account as the library knows it."""

    fs_uniquifier = ""
    username = ""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.id = account.id  # type: ignore[assignment] # the library counts, we draw
        self.fs_uniquifier = account.id
        self.username = account.username
        self.password = account.password_hash
        self.active = account.active
        self.roles = [RoleName(role) for role in sorted(account.roles)]
        self.tf_totp_secret = account.totp_secret
        self.tf_primary_method = None if account.totp_secret is None else "authenticator"
        self.tf_phone_number = None
        self.mf_recovery_codes = list(account.recovery_codes)

    def is_locked(self, form_error: list[str] | None = None) -> bool:
        locked = self.account.is_locked(the_desk().clock())
        if locked and form_error is not None:
            form_error.append("locked")
        return locked

    def track_failed_authn(self, auth_type: str, tfa: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's form
        note_failure(the_desk().store, self.account.id, what="code" if tfa else auth_type, at=the_desk().clock())


class People(UserDatastore):
    """Where the library finds and keeps accounts: each change is one transaction under the account's version."""

    def __init__(self, store: Store) -> None:
        super().__init__(Person, RoleName)
        self._store = store

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Person | None:  # noqa: ANN401, ARG002, FBT001, FBT002 - the library's form
        """Return the person with this username (always in lower case) or this id."""
        with self._store.reading() as read:
            if "username" in kwargs:
                account = read.find_account(kwargs["username"])
            else:
                account = read.get_account(kwargs["fs_uniquifier"])
        return None if account is None else Person(account)

    def find_role(self, role: str) -> RoleName:
        return RoleName(role)

    def put(self, model: Person) -> Person:
        """Keep a password hashed anew, or recovery codes that were made or used up."""
        with self._store.writing() as write:
            write.change_account(
                model.account.id, model.account.version, password_hash=model.password,
                recovery_codes=list(model.mf_recovery_codes or ()),
            )  # fmt: skip
            model.account = write.get_account(model.account.id)
        return model

    def commit(self) -> None:
        """Do nothing: what was put is kept."""


class OnceTotp(Totp):
    """One-time codes that deserve their name: the time step of one that was taken is never taken again."""

    def verify_totp(self, token: str, totp_secret: str, user: Person, window: int = SKEW_S) -> bool:  # type: ignore[override] # our own person
        step = self.step_of(token, totp_secret, window)
        if step is None:
            return False
        with the_desk().store.writing() as write:
            return write.take_code(user.account.id, step)

    def step_of(self, token: str, totp_secret: str, window: int = SKEW_S) -> int | None:
        """Return the time step that a code belongs to, or None where it belongs to none of now."""
        try:
            match = self._totp.verify(token, totp_secret, time=the_desk().clock(), window=window)
        except TokenError:
            return None
        return int(match.counter)


class LowerCase(UsernameUtil):
    """Usernames are compared in lower case; one that cannot be is simply not found."""

    def normalize(self, username: str) -> str:
        return username.strip().lower()

    def validate(self, username: str) -> tuple[str | None, str | None]:
        return None, self.normalize(username or "")


class HardToGuess(PasswordUtil):
    """New passwords are long and not what everybody tries first; no site is asked."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:  # noqa: ANN401, ARG002, FBT001 - the library's form
        normal = self.normalize(password)
        crisis = the_desk().crisis
        own = ["qafila", crisis.id, crisis.name, crisis.name_ar]
        if isinstance(person := kwargs.get("user"), Person):
            own += [person.account.username, person.account.name]
        weak = judge_password(normal, own)
        said = {
            Weakness.SHORT: _(
                "At least %(shortest)d characters. A sentence is easy to keep in mind.", shortest=SHORTEST
            ),
            Weakness.LONG: _("At most %(longest)d characters.", longest=LONGEST),
            Weakness.EASY: _("This is easy to guess: it is made of what everybody tries. Take words of your own."),
        }
        return [said[one] for one in Weakness if one in weak] or None, normal


class SignInForm(LoginForm):
    """Username and password; a wrong one costs the same time whether the account exists or not."""

    email = None  # people are known by username alone
    remember = None  # a shared laptop must not remember

    def validate_next(self, field: Any) -> None:  # noqa: ANN401 - a field of WTForms
        """Leave it to the page, which judges where to go itself; the library would call the password wrong."""
        field.data = ""


def install_identity(app: Flask, store: Store) -> Security:
    """Set the library up; nothing of its own pages, mails or tokens is switched on."""
    secret = _secret(store)
    app.config.setdefault("SECRET_KEY", None)
    app.config["SECRET_KEY"] = app.config["SECRET_KEY"] or _derived(secret, "signing").hex()
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of a scheme
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
            "argon2__time_cost": ROUNDS, "argon2__memory_cost": MEMORY_KIB, "argon2__parallelism": LANES,
        },
        SECURITY_PASSWORD_LENGTH_MIN=SHORTEST,
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKC",  # noqa: S106 - the name of a Unicode form
        SECURITY_USERNAME_ENABLE=True,
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"username": {"mapper": uia_username_mapper, "case_insensitive": True}}],
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TOTP_SECRETS={"1": _derived(secret, "one-time codes").hex()},
        SECURITY_TOTP_ISSUER="qafila",
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=RECOVERY_CODES,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS=[base64.urlsafe_b64encode(_derived(secret, "recovery codes"))],
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )  # fmt: skip
    security = Security(
        app, People(store), register_blueprint=False, login_form=SignInForm, totp_cls=OnceTotp,
        username_util_cls=LowerCase, password_util_cls=HardToGuess,
    )  # fmt: skip
    # Who is signed in is decided in one place, `web.signin`; the library is told.
    security.login_manager.session_protection = None
    security.login_manager.user_loader(lambda _id: None)
    security.login_manager.request_loader(lambda _request: g.get("person"))
    return security


def the_library() -> Security:
    """Return the library as it serves this application."""
    found: Security = current_app.extensions["security"]
    return found


def the_codes() -> OnceTotp:
    """Return the library's one-time codes, which are ours."""
    return cast("OnceTotp", the_library().totp_factory)


def check_password(clock: Callable[[], Instant]) -> Person | None:
    """Return the person whose username and password this request's form holds, None where they do not fit.

    Unknown, wrong, disabled and locked are one answer.
    """
    form = SignInForm(request.form, meta={"csrf": False})
    if not form.validate() or not isinstance(form.user, Person) or form.user.account.is_locked(clock()):
        return None
    return form.user


def role_name(role: str) -> str:
    """Return a role in the reader's language."""
    return {
        Role.COORDINATOR: _("coordinator"), Role.ANALYST: _("analyst"), Role.PARTNER: _("partner"),
        Role.ADMIN: _("administrator"),
    }[Role(role)]  # fmt: skip


def must_have_codes(account: Account) -> bool:
    """Tell whether an account must have a second factor."""
    return bool(current_app.config["REQUIRE_TOTP"]) and bool(account.roles & CODE_ROLES)


def _secret(store: Store) -> bytes:
    with store.reading() as read:
        found = read.find_secret(SECRET)
    if found is not None:
        return found
    with store.writing() as write:
        return write.get_or_make_secret(SECRET)


def _derived(secret: bytes, purpose: str) -> bytes:
    return hmac.new(secret, purpose.encode(), hashlib.sha256).digest()
