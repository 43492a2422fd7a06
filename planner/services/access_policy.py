"""Read, try and set the numbers by which roads are judged; each setting is a record of the log."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.intake.policy import read_policy
from planner.services.evidence import record
from planner.services.impact import Impact, foresee_policy
from planner.services.in_hand import InHand
from planner.store.store import Store
from routing.evidence import Evidence
from routing.hand_set import PolicySet
from routing.policy import AccessPolicy
from routing.policy_record import NamedPolicy, policies_on_record, policy_in_force
from routing.units import AsOf, Instant, Window, format_instant


def changed_values(policy: AccessPolicy, base: AccessPolicy) -> dict[str, tuple[float, float]]:
    """Return the parameters that differ: their value in `base` and the one in the policy."""
    values = asdict(base)
    return {name: (values[name], value) for name, value in asdict(policy).items() if value != values[name]}


def in_force(world: World, known: int) -> NamedPolicy:
    """Return the policy by which what is known at a position is judged."""
    return policy_in_force(world.log, known)


def list_policies(world: World, known: int) -> tuple[NamedPolicy, ...]:
    """Return the policies on record, the first set first."""
    return policies_on_record(world.log, known)


def read_changed(world: World, file: Path) -> AccessPolicy:
    """Read a file's table `[access]` over the policy in force: what it does not name stays as it is.

    Raises
    ------
    BadInput
        If a value cannot be used, or the file changes nothing.
    """
    before = policy_in_force(world.log, world.head)
    _plan, policy, _limits = read_policy(file, before.policy)
    if policy == before.policy:
        raise BadInput(f"{file.name} changes nothing in the policy in force ({before.name}, version {before.version}).")
    return policy


def preview_policy(world: World, policy: AccessPolicy, in_hand: InHand, question: AsOf) -> Impact:
    """Return which segments would turn within three days of the question, and which convoys that touches."""
    tried = Evidence(
        position=0, learned_at=question.at, valid=Window(question.at), source="-",
        fact=PolicySet(name="preview", policy=policy),
    )  # fmt: skip
    return foresee_policy(world, tried, in_hand, question)


def set_policy(
    store: Store,
    world: World,
    policy: AccessPolicy,
    name: str,
    *,
    source: str,
    actor: str,
    at: Instant,
    learned_at: Instant | None = None,
) -> int:
    """Put a policy on record under a name and return its position; the whole of it is kept, not the change alone.

    `learned_at` is from when on it is known to questions that name a clock; without it, `at`.

    Raises
    ------
    BadInput
        If the name is empty, or a policy of that name stands.
    """
    taken = {"default", *(one.name for one in policies_on_record(world.log, world.head))}
    if not name.strip() or name in taken:
        raise BadInput(f"Policy {name!r}: give a name that no policy on record has.")
    moment = format_instant(at if learned_at is None else learned_at, world.catalogue.crisis.tz)
    values: Mapping[str, object] = {
        "kind": "access_policy", "name": name, "policy": asdict(policy), "valid_from": moment, "learned_at": moment,
        "source": source,
    }  # fmt: skip
    return record(store, world, values, actor=actor, at=at)
