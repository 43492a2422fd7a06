"""What incidents leave behind on the roads around them, fading by a half-life."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from routing.evidence import Hazard, Incident
from routing.geometry import Among, Geometry, Numbers, group_points
from routing.ledger import Reported
from routing.policy import AccessPolicy
from routing.status import Part, Status
from routing.track import Causes, Question, Track, graded, make_track, quiet
from routing.units import Instant, Metres, Seconds, Window

HALF_LIVES_FELT: Final = 10
"""After ten half-lives less than a thousandth of a hazard is left; it is then forgotten."""

CALM_STEPS: Final = 4
"""A hazard that no longer contests a road is followed in steps this many times longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fading:
    """A hazard of probability factor `factor` at once, halving its distance from 1 each half-life."""

    factor: float
    radius_m: Metres
    half_life_s: Seconds

    def p(self, age_s: Seconds) -> float:
        """Return the probability of passage so long after the incident.

        1 - (1 - f) 2^(-dt / half-life), written so that it is exactly f at once. Rounded to nine decimals: powers
        differ in their last bits between machines, and plans must not.
        """
        return round(self.factor + (1 - self.factor) * (1 - 2 ** (-age_s / self.half_life_s)), 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """One incident on the roads: its cluster, and its probability of passage as steps that never overstate it.

    `values` holds for `starts` of the same index until the next; the last value is always 1.
    """

    position: int
    cluster: str
    hazard: Hazard
    detail: str
    starts: tuple[Instant, ...]
    values: tuple[float, ...]

    def is_felt_within(self, horizon: Window) -> bool:
        """Tell whether the incident lowers the probability of passage at any time of the horizon."""
        return len(self.starts) > 1 and self.starts[0] < horizon.end and horizon.start < self.starts[-1]

    def p(self, at: Instant) -> float:
        """Return the probability of passage at an instant."""
        k = bisect_right(self.starts, at) - 1
        return 1.0 if k < 0 else self.values[k]


def read_threats(
    question: Question, incidents: Sequence[Reported[Incident]], geometry: Geometry, asked: Among
) -> tuple[tuple[Threat, Numbers], ...]:
    """Return the incidents felt within the horizon on one of the segments asked about, in order of position.

    With each come all segments on which it is felt. Incidents nearer to each other than `cluster_within_m`, also by
    way of others, are one cause.
    """
    policy = question.policy
    near: dict[int, Numbers] = {}
    for row in incidents:
        if row.fact.hazard != "none" and _may_be_felt(question, row):
            numbers = felt_on(policy, row.fact, geometry)
            if len(asked.places(numbers)):
                near[row.position] = numbers
    if not near:
        return ()
    found: list[tuple[Threat, Numbers]] = []
    for position, (row, cluster) in clusters(policy, incidents).items():
        if position in near:
            threat = _threat(question, row, cluster)
            if threat.is_felt_within(question.horizon):
                found.append((threat, near[position]))
    return tuple(found)


def _may_be_felt(question: Question, row: Reported[Incident]) -> bool:
    policy, began_at = question.policy, row.valid.start
    if row.fact.hazard == "attack_on_aid":
        gone_at = began_at + policy.attack_on_aid_blocks_for_s
    else:
        gone_at = began_at + HALF_LIVES_FELT * _fadings(policy)[row.fact.hazard].half_life_s
    return began_at < question.horizon.end and question.horizon.start < gone_at


def clusters(
    policy: AccessPolicy, incidents: Sequence[Reported[Incident]]
) -> dict[int, tuple[Reported[Incident], str]]:
    """Return the incidents that leave a hazard behind, by position and in its order, with their clusters' names."""
    harmful = sorted((row for row in incidents if row.fact.hazard != "none"), key=lambda row: row.position)
    groups = group_points(tuple((row.fact.lon, row.fact.lat) for row in harmful), policy.cluster_within_m)
    return {
        row.position: (row, f"incidents:{harmful[group].position}")
        for row, group in zip(harmful, groups, strict=True)
    }  # fmt: skip


def felt_on(policy: AccessPolicy, incident: Incident, geometry: Geometry) -> Numbers:
    """Return the segments within the radius of an incident that leaves a hazard behind."""
    return geometry.near_point((incident.lon, incident.lat), _radius_m(policy, incident.hazard))


def hazard_track(question: Question, threats: Sequence[Threat]) -> Track:
    """Return the hazard part of a segment over the horizon: the smallest p over the incidents, not the product."""
    changes = {start for threat in threats for start in threat.starts}

    def state_at(at: Instant) -> tuple[Part, Causes]:
        felt = [(threat.p(at), threat) for threat in threats]
        p, decides = min(felt, key=lambda pair: (pair[0], pair[1].position))
        if p == 1.0:
            return quiet("hazard", "no_hazard"), ()
        attacked = decides.hazard == "attack_on_aid"
        part = Part(
            name="hazard",
            status=Status.BLOCKED if attacked else Status.OPEN,
            p=p,
            code=decides.hazard,
            detail=decides.detail,
            evidence=(decides.position,),
        )
        return graded(part, question.policy), _smallest_by_cluster(felt)

    return make_track(question.horizon, changes, state_at)


def _smallest_by_cluster(felt: Sequence[tuple[float, Threat]]) -> Causes:
    smallest: dict[str, float] = {}
    for p, threat in felt:
        smallest[threat.cluster] = min(p, smallest.get(threat.cluster, 1.0))
    return tuple(sorted((cluster, p) for cluster, p in smallest.items() if p < 1.0))


def _threat(question: Question, row: Reported[Incident], cluster: str) -> Threat:
    policy, fact = question.policy, row.fact
    began_at = row.valid.start
    if fact.hazard == "attack_on_aid":
        steps = {began_at: 0.0, began_at + policy.attack_on_aid_blocks_for_s: 1.0}
    else:
        steps = _fading_steps(question, _fadings(policy)[fact.hazard], began_at)
    radius_km = _radius_m(policy, fact.hazard) / 1000
    where = f"{fact.place_name}, " if fact.place_name else ""
    starts = sorted(steps)
    return Threat(
        position=row.position,
        cluster=cluster,
        hazard=fact.hazard,
        detail=f"{where}within {radius_km:g} km",
        starts=tuple(starts),
        values=tuple(steps[start] for start in starts),
    )


def _fading_steps(question: Question, fading: Fading, began_at: Instant) -> dict[Instant, float]:
    """Return the hazard's value at the start of each step: on the horizon's grid, and where it ceases to contest."""
    horizon, step_s = question.horizon, question.policy.hazard_step_s
    forgotten_at = began_at + HALF_LIVES_FELT * fading.half_life_s
    calm_at = began_at + _calm_age_s(fading, question.policy.open_from_p)
    first, last = max(horizon.start, began_at), min(horizon.end, forgotten_at)
    instants = {first} if first < last else set()
    if first < calm_at < last:
        instants.add(calm_at)
    for k, at in enumerate(range(horizon.start, last, step_s)):
        if at > first and (at < calm_at or k % CALM_STEPS == 0):
            instants.add(at)
    return {**{at: fading.p(at - began_at) for at in instants}, forgotten_at: 1.0}


@lru_cache(maxsize=64)
def _calm_age_s(fading: Fading, open_from_p: float) -> Seconds:
    """Return the first second after the incident at which the hazard's p reaches `open_from_p`."""
    return bisect_left(range(HALF_LIVES_FELT * fading.half_life_s), open_from_p, key=fading.p)


@lru_cache(maxsize=16)
def _fadings(policy: AccessPolicy) -> Mapping[Hazard, Fading]:
    strike = Fading(
        factor=policy.air_strike_factor,
        radius_m=policy.air_strike_radius_m,
        half_life_s=policy.air_strike_half_life_s,
    )
    clash = Fading(
        factor=policy.armed_clash_factor,
        radius_m=policy.armed_clash_radius_m,
        half_life_s=policy.armed_clash_half_life_s,
    )
    return {"air_strike": strike, "shelling": strike, "armed_clash": clash}


def _radius_m(policy: AccessPolicy, hazard: Hazard) -> Metres:
    if hazard == "attack_on_aid":
        return policy.attack_on_aid_radius_m
    return _fadings(policy)[hazard].radius_m
