"""Read, try and set the numbers by which roads are judged; each setting is a record of the log."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.intake.policy import read_policy
from planner.intake.record import read_record
from planner.services.evidence import append_report, check_report
from planner.services.impact import Impact, foresee_policy
from planner.services.in_hand import InHand
from planner.store.records import ChangedMeanwhile
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


def set_policy(  # noqa: PLR0913 - an argument a fact of the record
    store: Store,
    world: World,
    policy: AccessPolicy,
    name: str,
    *,
    source: str,
    actor: str,
    at: Instant,
    learned_at: Instant | None = None,
    reason: str = "",
    replaces: int | None = None,
) -> int:
    """Put a policy on record under a name and return its position; the whole of it is kept, not the change alone.

    `learned_at` is from when on it is known to questions that name a clock; without it, `at`. `replaces` is the place
    in the log of the policy that it was made from (`place_of`): another one in force by now is not overwritten.

    Raises
    ------
    BadInput
        If the name is empty, or a policy of that name stands.
    ChangedMeanwhile
        If `replaces` is not in force any more, or somebody adds to the log at this very moment.
    """
    moment = format_instant(at if learned_at is None else learned_at, world.catalogue.crisis.tz)
    values: Mapping[str, object] = {
        "kind": "access_policy", "name": name, "policy": asdict(policy), "valid_from": moment, "learned_at": moment,
        "source": source, "note": reason,
    }  # fmt: skip
    if not name.strip():
        raise BadInput(f"Policy {name!r}: {_NAME_IT}")
    evidence, crisis = read_record(values, world.network, world.catalogue.crisis.tz), world.catalogue.crisis.id
    check_report(store, world, evidence)
    with store.writing() as write:
        log, head = write.log(crisis), write.head(crisis)
        if replaces is not None and place_of(policy_in_force(log, head)) != replaces:
            raise ChangedMeanwhile("Somebody set another policy meanwhile. Look at it before you set yours.")
        if name in {"default", *(one.name for one in policies_on_record(log, head))}:
            raise BadInput(f"Policy {name!r}: {_NAME_IT}")
        return append_report(write, crisis, evidence, actor=actor, at=at, after=head)


_NAME_IT: Final = "give a name that no policy on record has."


def place_of(named: NamedPolicy) -> int:
    """Return where in the log a policy was set; 0 for the default."""
    return 0 if named.set_by is None else named.set_by.position
