"""Read the numbers of a policy from a TOML file; what it does not name keeps its default."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TypeVar

from planner.domain.errors import BadInput, InvalidValue
from planner.domain.policy import STANDARD, Limits, PlanPolicy, alike
from routing.errors import RoutingError
from routing.policy import AccessPolicy

P = TypeVar("P", PlanPolicy, AccessPolicy, Limits)


def read_policy(path: Path, access: AccessPolicy | None = None) -> tuple[PlanPolicy, AccessPolicy, Limits]:
    """Read a file with the tables `[plan]`, `[access]` and `[limits]`, each with values by name.

    `access` is what the file changes: the policy in force, else the defaults.

    Raises
    ------
    BadInput
        If the file is no TOML, or a name or the kind of a value is wrong; one line each.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as cause:
        raise BadInput(f"{path}: cannot be read ({cause.strerror}). Check the path.") from cause
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise BadInput(f"{path.name}: {cause}. Mend the TOML there.") from cause
    complaints = [
        f"{path.name}: {name!r} is not known here. The tables are [access], [limits] and [plan]."
        for name in sorted(set(told) - {"plan", "access", "limits"})
    ]
    plan = _read(STANDARD, told.get("plan", {}), f"{path.name} [plan]", complaints)
    roads = _read(access or AccessPolicy(), told.get("access", {}), f"{path.name} [access]", complaints)
    limits = _read(Limits(), told.get("limits", {}), f"{path.name} [limits]", complaints)
    if complaints:
        raise BadInput("\n".join(complaints))
    return plan, roads, limits


def read_access_policy(values: Mapping[str, object], where: str) -> AccessPolicy:
    """Return the defaults with some values by name in place of theirs.

    Raises
    ------
    BadInput
        With a line for each value that cannot be used.
    """
    complaints: list[str] = []
    found = _read(AccessPolicy(), values, where, complaints)
    if complaints:
        raise BadInput("\n".join(complaints))
    return found


def _read(default: P, values: Mapping[str, object], where: str, complaints: list[str]) -> P:
    if not isinstance(values, Mapping):
        complaints.append(f"{where} is no table. Give values by name.")
        return default
    known = {field.name: getattr(default, field.name) for field in fields(default)}
    arguments: dict[str, object] = {}
    for name, value in values.items():
        given = tuple(value) if isinstance(value, list) else value
        if name not in known:
            complaints.append(f"{where}: {name!r} is no parameter. Parameters: {', '.join(sorted(known))}.")
        elif not alike(given, known[name]):
            complaints.append(f"{where}: {name} is {value!r}. Give a value like {known[name]!r}.")
        else:
            arguments[name] = float(given) if isinstance(known[name], float) and isinstance(given, int) else given
    if complaints:
        return default
    try:
        change: Callable[..., P] = replace
        return change(default, **arguments)
    except (RoutingError, InvalidValue) as cause:
        complaints.append(f"{where}: {cause}")
        return default
