"""The numbers by which roads are judged, in words: what each is for, in which unit people read and write it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from markupsafe import Markup

from routing.policy import AccessPolicy
from routing.units import HOUR
from web.i18n import gettext as _
from web.i18n import lazy_gettext as _l
from web.words import ltr, measure

Unit: TypeAlias = Literal["p", "h", "km"]
PER: Final[Mapping[Unit, int]] = {"h": HOUR, "km": 1000}
"""How many of the units that are kept make one that is read: seconds an hour, metres a kilometre."""
MOST: Final[Mapping[Unit, float]] = {"p": 1, "h": 27_777, "km": 100_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number of the policy: its name in the code, what it says, its unit, and what it does in a sentence."""

    name: str
    label: Any
    unit: Unit
    hint: Any = ""

    def of(self, policy: AccessPolicy) -> float:
        """Return its value in the unit that people read."""
        value: float = getattr(policy, self.name)
        return value / PER[self.unit] if self.unit in PER else value

    def kept(self, value: float) -> float:
        """Return a value that was read as the policy keeps it: a share, or whole seconds or metres."""
        return round(value * PER[self.unit]) if self.unit in PER else value

    def written(self, policy: AccessPolicy) -> str:
        """Return its value as a field shows it; read again it is the same."""
        return f"{self.of(policy):.10g}"

    def said(self, policy: AccessPolicy) -> Markup:
        """Return its value with its unit."""
        figure = self.written(policy)
        if self.unit == "p":
            return ltr(figure)
        return measure(figure, _("h") if self.unit == "h" else _("km"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Parameters that belong together."""

    title: Any
    parameters: tuple[Parameter, ...]


GROUPS: Final = (
    Group(
        title=_l("When a stretch is open or blocked"),
        parameters=(
            Parameter(name="open_from_p", label=_l("Open from this probability on"), unit="p",
                      hint=_l("Below it a stretch is contested.")),
            Parameter(name="blocked_below_p", label=_l("Blocked below this probability"), unit="p",
                      hint=_l("A blocked stretch is never driven.")),
        ),
    ),
    Group(
        title=_l("Reports on roads"),
        parameters=(
            Parameter(name="report_needed_within_m", label=_l("A report is needed this near to a line"), unit="km",
                      hint=_l("Farther away a road without a report counts as open; nearer as unknown.")),
            Parameter(name="p_unknown", label=_l("Probability without a report"), unit="p"),
            Parameter(name="stale_after_s", label=_l("An “open” is stale after"), unit="h",
                      hint=_l("From then on it is contested.")),
            Parameter(name="p_stale", label=_l("Probability of a stale “open”"), unit="p"),
            Parameter(name="p_restricted", label=_l("Probability of a restricted road"), unit="p"),
            Parameter(name="p_damaged", label=_l("Probability of a damaged road"), unit="p"),
            Parameter(name="dispute_window_s", label=_l("Sources that differ within this time dispute"), unit="h",
                      hint=_l("A word that is older by more is overtaken by the newer one.")),
            Parameter(name="p_disputed_report", label=_l("Probability under a dispute of sources"), unit="p"),
        ),
    ),
    Group(
        title=_l("Ceasefires and arrangements"),
        parameters=(
            Parameter(name="p_ceasefire_in_force", label=_l("Probability while in force"), unit="p"),
            Parameter(name="p_ceasefire_strained", label=_l("Probability after violations"), unit="p"),
            Parameter(name="strained_for_s", label=_l("A violation strains it for"), unit="h"),
            Parameter(name="p_ceasefire_disputed", label=_l("Probability while parties dispute it"), unit="p"),
            Parameter(name="p_ceasefire_announced", label=_l("Probability past its firm end"), unit="p",
                      hint=_l("Until the end that is meant, renewal is uncertain.")),
            Parameter(name="p_arrangement", label=_l("Probability under an arrangement"), unit="p",
                      hint=_l("A window agreed for one convoy, without a ceasefire.")),
        ),
    ),
    Group(
        title=_l("Hostilities"),
        parameters=(
            Parameter(name="air_strike_factor", label=_l("Probability right after an air strike or shelling"), unit="p",
                      hint=_l("The same anywhere within its reach; it recovers with time.")),
            Parameter(name="air_strike_radius_m", label=_l("An air strike reaches"), unit="km"),
            Parameter(name="air_strike_half_life_s", label=_l("Half of it has faded after"), unit="h"),
            Parameter(name="armed_clash_factor", label=_l("Probability right after an armed clash"), unit="p"),
            Parameter(name="armed_clash_radius_m", label=_l("An armed clash reaches"), unit="km"),
            Parameter(name="armed_clash_half_life_s", label=_l("Half of that has faded after"), unit="h"),
            Parameter(name="attack_on_aid_blocks_for_s", label=_l("An attack on aid blocks for"), unit="h"),
            Parameter(name="attack_on_aid_radius_m", label=_l("An attack on aid reaches"), unit="km"),
            Parameter(name="cluster_within_m", label=_l("Incidents nearer than this are one cause"), unit="km"),
            Parameter(name="hazard_step_s", label=_l("What fades is held at its worst for steps of"), unit="h"),
        ),
    ),
)  # fmt: skip
PARAMETERS: Final[Mapping[str, Parameter]] = {one.name: one for group in GROUPS for one in group.parameters}
