"""Who may do what: four roles and their rights, denied unless said here."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person is to the operation."""

    COORDINATOR = "coordinator"
    ANALYST = "analyst"
    PARTNER = "partner"
    ADMIN = "admin"


class Right(StrEnum):
    """What a page or an action asks for."""

    OPEN = "open"
    """Nothing: sign-in, health, files of the page itself."""
    ANYBODY = "anybody"
    """To be signed in."""
    READ = "read"
    """See the operation: roads, plans, convoys to come."""
    PLAN = "plan"
    """Solve plans and scenarios."""
    RECORD = "record"
    """Add reports to the log and withdraw them."""
    EDIT = "edit"
    """Change needs, supply, convoys and roads, and the numbers by which roads are judged."""
    PUBLISH = "publish"
    """Publish another person's plan."""
    REPORT = "report"
    """Draft reports and see what each tier would show."""
    PARTNER = "partner"
    """See what is redacted for partners."""
    SUBMIT = "submit"
    """Submit an incident, and see what became of one's own."""
    ADMINISTER = "administer"
    """People, roles and the audit trail; no route."""


RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.COORDINATOR: frozenset(
        {Right.READ, Right.PLAN, Right.RECORD, Right.EDIT, Right.PUBLISH, Right.REPORT, Right.PARTNER}
    ),
    Role.ANALYST: frozenset({Right.READ, Right.PLAN, Right.RECORD, Right.REPORT, Right.PARTNER}),
    Role.PARTNER: frozenset({Right.PARTNER, Right.SUBMIT}),
    Role.ADMIN: frozenset({Right.ADMINISTER}),
}
"""An administrator of people sees no convoy, a partner nothing that is to come."""


def can(roles: Collection[Role], right: Right) -> bool:
    """Tell whether somebody with these roles, signed in, has the right."""
    return right in {Right.OPEN, Right.ANYBODY} or any(right in RIGHTS[role] for role in roles)
