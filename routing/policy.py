"""The numbers behind the access fold, each a default that users may change and that every plan stores."""

from dataclasses import dataclass, fields
from typing import Final

from routing.errors import InvalidPolicy
from routing.units import DAY, HOUR, Metres, Seconds

_MOST: Final = 100_000_000
"""Three years in seconds, or more metres than the earth is round: a number beyond was mistyped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """Thresholds, probabilities and decays of the fold.

    Hazard factors, radii and half-lives are design defaults for ACLED event types; ceasefire and arrangement
    probabilities are planning values to be replaced by scored ones.
    """

    open_from_p: float = 0.9
    blocked_below_p: float = 0.2
    stale_after_s: Seconds = 72 * HOUR
    report_needed_within_m: Metres = 10_000
    p_unknown: float = 0.5
    p_stale: float = 0.8
    p_restricted: float = 0.8
    p_damaged: float = 0.6
    p_disputed_report: float = 0.5
    dispute_window_s: Seconds = 24 * HOUR
    p_ceasefire_in_force: float = 0.85
    p_ceasefire_strained: float = 0.7
    p_ceasefire_disputed: float = 0.5
    p_ceasefire_announced: float = 0.5
    p_arrangement: float = 0.8
    strained_for_s: Seconds = 48 * HOUR
    air_strike_factor: float = 0.3
    air_strike_radius_m: Metres = 10_000
    air_strike_half_life_s: Seconds = 72 * HOUR
    armed_clash_factor: float = 0.2
    armed_clash_radius_m: Metres = 5_000
    armed_clash_half_life_s: Seconds = 48 * HOUR
    attack_on_aid_blocks_for_s: Seconds = 7 * DAY
    attack_on_aid_radius_m: Metres = 15_000
    cluster_within_m: Metres = 10_000
    """Incidents nearer to each other than this are one cause."""
    hazard_step_s: Seconds = 6 * HOUR
    """Fading hazards are held constant, at their worst, for steps of this length."""

    def __post_init__(self) -> None:
        """Refuse numbers that no fold could use.

        Raises
        ------
        InvalidPolicy
            If a probability or factor lies outside 0 to 1, a length or time is below 0 (a step or half-life below 1
            second), or `blocked_below_p` lies above `open_from_p`.
        """
        for field in fields(self):
            value, name = getattr(self, field.name), field.name
            if isinstance(value, float) and not 0 <= value <= 1:
                raise InvalidPolicy(f"{name} is {value}. Give a number from 0 to 1.")
            least = 1 if name.endswith(("half_life_s", "step_s")) else 0
            if isinstance(value, int) and not least <= value <= _MOST:
                raise InvalidPolicy(f"{name} is {value}. Give a whole number from {least} to {_MOST}.")
        if self.blocked_below_p > self.open_from_p:
            raise InvalidPolicy(
                f"blocked_below_p is {self.blocked_below_p}, above open_from_p {self.open_from_p}. Swap them."
            )
