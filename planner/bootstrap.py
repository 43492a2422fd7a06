"""Wire the product together: settings from the environment, the store they point to, and the solver."""

import os
import time
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from planner.domain.errors import BadInput, PlannerError
from planner.partners.mail import MailServer, parse_mail_server
from planner.partners.signing import Signer
from planner.store.keys import (
    create_key_file,
    default_key_file,
    default_signing_key_file,
    find_key,
    get_key,
    get_signing_seed,
)
from planner.store.store import Store
from routing.travel.orders import keep_orders_in
from routing.units import Instant

DATABASE_FILE: Final = "qafila.db"
ORDERS_FOLDER: Final = "orders"
"""In the home: how large road networks are ordered. It can be deleted at any time and is made anew."""
NAMES: Final = frozenset({
    "crisis", "database_url", "https", "key_file", "mail_from", "require_totp", "signing_key_file", "smtp_url",
})  # fmt: skip
"""What may stand in `settings.toml`."""
SWITCH: Final = {
    "true": True,
    "yes": True,
    "1": True,
    "on": True,
    "false": False,
    "no": False,
    "0": False,
    "off": False,
}
VERSIONED: Final = ("qafila", "ortools", "highspy", "pulp")
"""Distributions whose versions are part of a run's key: another version may find another plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the data lies and which crisis is worked on."""

    home: Path
    database_url: str | None
    crisis: str | None
    key_file: Path
    require_totp: bool = True
    """Whether coordinators and administrators must sign in with one-time codes."""
    https: bool = False
    """Whether readers reach the pages by https, so that the cookie can be bound to it."""
    signing_key_file: Path = field(default_factory=default_signing_key_file)
    """The key by which released reports are signed; made when the first is."""
    smtp_url: str | None = field(default=None, repr=False)
    """The mail server, as `smtp://user:password@host:587`; None: no report is mailed."""
    mail_from: str = ""
    """The address that reports are mailed from."""

    @property
    def address(self) -> str | Path:
        """The PostgreSQL address, or the embedded file."""
        return self.database_url or self.home / DATABASE_FILE


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from the environment, and what it does not say from `settings.toml` in the home.

    Raises
    ------
    BadInput
        If the file is no TOML or holds a key that is no setting, or a switch is neither on nor off.
    """
    home = Path(environ.get("QAFILA_HOME") or user_data_path("qafila"))
    told = _told(home / "settings.toml")
    key_file = environ.get("QAFILA_KEY_FILE") or told.get("key_file")

    signing_key = environ.get("QAFILA_SIGNING_KEY_FILE") or told.get("signing_key_file")

    def switch(name: str, *, otherwise: bool) -> bool:
        variable = f"QAFILA_{name.upper()}"
        said = environ.get(variable) or told.get(name)
        if said is None:
            return otherwise
        if said.lower() not in SWITCH:
            raise BadInput(f"{variable} ({name} in settings.toml) is {said!r}. Write true or false.")
        return SWITCH[said.lower()]

    return Settings(
        home=home,
        database_url=environ.get("QAFILA_DATABASE_URL") or told.get("database_url"),
        crisis=environ.get("QAFILA_CRISIS") or told.get("crisis"),
        key_file=Path(key_file) if key_file else default_key_file(),
        require_totp=switch("require_totp", otherwise=True),
        https=switch("https", otherwise=False),
        signing_key_file=Path(signing_key) if signing_key else default_signing_key_file(),
        smtp_url=environ.get("QAFILA_SMTP_URL") or told.get("smtp_url"),
        mail_from=environ.get("QAFILA_MAIL_FROM") or told.get("mail_from", ""),
    )


def _told(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise BadInput(f"{file}: {cause}. Mend the TOML there.") from cause
    unknown = sorted(set(told) - NAMES)
    if unknown:
        raise BadInput(f"{file}: {unknown[0]!r} is no setting. Settings are: {', '.join(sorted(NAMES))}.")
    return {name: str(value) for name, value in told.items()}


def init_store(settings: Settings, environ: Mapping[str, str]) -> Store:
    """Create what is missing - folder, key file, database, tables - and return the open store.

    Raises
    ------
    BadInput
        If a database is there without its key.
    """
    key = None
    if settings.database_url is None:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = find_key(environ, settings.key_file)
        if key is None:
            if (settings.home / DATABASE_FILE).exists():
                raise BadInput(
                    f"The database in {settings.home} is there, its key is not: restore {settings.key_file}."
                )
            key = create_key_file(settings.key_file, settings.home)
    store = Store.open(settings.address, key)
    try:
        with suppress(BadInput):  # no tables yet: what is asked is whether the database answers
            _reach(store)
        store.migrate()
    except PlannerError:
        store.close()
        raise
    return store


def open_store(settings: Settings, environ: Mapping[str, str]) -> Store:
    """Return the open store of an initialised home; from then on this process keeps orders of large networks there.

    Raises
    ------
    BadInput
        If there is no database yet, its key is missing, or its tables are of another version.
    """
    key = None
    if settings.database_url is None:
        if not (settings.home / DATABASE_FILE).exists():
            raise BadInput(f"There is no database in {settings.home}. Run: qafila init.")
        key = get_key(environ, settings.key_file)
    keep_orders_in(settings.home / ORDERS_FOLDER)
    store = Store.open(settings.address, key)
    try:
        _reach(store)
        if store.needs_migration():
            raise BadInput("The database has tables of another version. Run: qafila init.")
    except PlannerError:
        store.close()
        raise
    return store


def _reach(store: Store) -> None:
    """Ask the database for something, so that it says plainly why it cannot answer."""
    with store.reading() as read:
        read.list_crises()


def probe_store(settings: Settings, environ: Mapping[str, str]) -> dict[str, object]:
    """Return whether there is a database and whether it opens and answers; `works` is None where there is none yet."""
    embedded = settings.database_url is None
    kind = "sqlite" if embedded else "postgresql"
    if embedded and not (settings.home / DATABASE_FILE).exists():
        return {"kind": kind, "works": None, "said": "none yet; qafila init creates it"}
    try:
        store = open_store(settings, environ)
    except PlannerError as cause:
        return {"kind": kind, "works": False, "said": str(cause)}
    try:
        with store.reading() as read:
            crises = [crisis.id for crisis in read.list_crises()]
    finally:
        store.close()
    return {"kind": kind, "works": True, "said": f"holds {', '.join(crises) or 'no crisis yet'}"}


def get_signer(settings: Settings) -> Signer:
    """Return what signs released reports; its key is made where there is none yet. Raises `BadInput`."""
    return Signer(seed=get_signing_seed(settings.signing_key_file, settings.home))


def find_mailer(settings: Settings) -> MailServer | None:
    """Return the mail server of the settings; None where they name none. Raises `BadInput`."""
    return None if settings.smtp_url is None else parse_mail_server(settings.smtp_url, settings.mail_from)


def versions() -> dict[str, str]:
    """Return the versions that a run's key holds."""
    return {name: version(name) for name in VERSIONED}


def clock() -> Instant:
    """Return the time by this machine's clock."""
    return int(time.time())


def actor(environ: Mapping[str, str]) -> str:
    """Return the id under which this user's doings are recorded: never a name, an account or a mail address."""
    return environ.get("QAFILA_ACTOR") or f"local-{os.getuid()}"
