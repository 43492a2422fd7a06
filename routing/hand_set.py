"""What somebody sets by hand: how long a gate holds columns, its record of passage, the numbers that judge roads."""

from dataclasses import dataclass
from typing import Literal

from routing.errors import InvalidEvidence
from routing.network import GateId
from routing.policy import AccessPolicy
from routing.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class GateInspection:
    """How long a column is held at a gate from the record's valid start on, triangular, in place of what is listed."""

    gate: GateId
    delay_low_s: Seconds
    delay_mode_s: Seconds
    delay_high_s: Seconds
    kind: Literal["gate_inspection"] = "gate_inspection"

    def __post_init__(self) -> None:
        """Refuse delays that are not in their order.

        Raises
        ------
        InvalidEvidence
            If they are not.
        """
        if not 0 <= self.delay_low_s <= self.delay_mode_s <= self.delay_high_s:
            raise InvalidEvidence(
                f"Gate {self.gate}: the delays {self.delay_low_s}, {self.delay_mode_s}, {self.delay_high_s} s are not "
                "in order. Give the shortest, the usual and the longest."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageOverride:
    """Somebody sets a gate's record by hand: these counts stand for all that was listed and learned before."""

    gate: GateId
    passed: int
    turned_back: int
    reason: str
    kind: Literal["passage_override"] = "passage_override"

    def __post_init__(self) -> None:
        """Refuse counts of which no probability can be made.

        Raises
        ------
        InvalidEvidence
            If one is below 0, or both are 0.
        """
        if min(self.passed, self.turned_back) < 0 or self.passed + self.turned_back == 0:
            raise InvalidEvidence(
                f"Gate {self.gate}: {self.passed} passed and {self.turned_back} turned back is no record. Give counts "
                "of 0 or more, of which one is above 0."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet:
    """From here on in the log roads are judged by these numbers, whatever time is asked about."""

    name: str
    policy: AccessPolicy
    kind: Literal["access_policy"] = "access_policy"
