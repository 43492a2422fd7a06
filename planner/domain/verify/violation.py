"""One breach of a hard rule, with the values that show it."""

from dataclasses import dataclass

from planner.domain.plan import ConvoyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule broken by a convoy, or by the plan as a whole (`convoy` None)."""

    rule: str
    convoy: ConvoyId | None
    detail: str
