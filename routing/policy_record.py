"""Which numbers roads are judged by: the policy that was last set on record, or the default where none was."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from routing.evidence import Evidence, Retraction
from routing.hand_set import PolicySet
from routing.policy import AccessPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPolicy:
    """A policy with its name and version: how many policies were on record when it was set, itself counted."""

    name: str
    version: int
    policy: AccessPolicy
    set_by: Evidence | None = None
    """The record that set it; None for the default."""


DEFAULT: Final = NamedPolicy(name="default", version=0, policy=AccessPolicy())


def policies_on_record(log: Iterable[Evidence], known: int) -> tuple[NamedPolicy, ...]:
    """Return the policies that stand at a position of the log, in the order in which they were set."""
    prefix = sorted((r for r in log if 0 < r.position <= known), key=lambda r: r.position)
    withdrawn = {r.fact.position for r in prefix if isinstance(r.fact, Retraction)}
    told = [(r, r.fact) for r in prefix if isinstance(r.fact, PolicySet)]
    numbered = [
        (r, NamedPolicy(name=fact.name, version=number, policy=fact.policy, set_by=r))
        for number, (r, fact) in enumerate(told, 1)
    ]
    return tuple(policy for record, policy in numbered if record.position not in withdrawn)


def policy_in_force(log: Iterable[Evidence], known: int) -> NamedPolicy:
    """Return the policy by which everything known at a position is judged: the last one that stands there."""
    # Most logs set none; then nothing is sorted.
    told = [r for r in log if isinstance(r.fact, PolicySet | Retraction)]
    if not any(isinstance(r.fact, PolicySet) for r in told):
        return DEFAULT
    standing = policies_on_record(told, known)
    return standing[-1] if standing else DEFAULT
