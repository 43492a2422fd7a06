"""The numbers behind the access fold, each a default that users may change and that every plan stores."""

from dataclasses import dataclass

from routing.units import DAY, HOUR, Metres, Seconds


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
