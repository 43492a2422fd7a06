"""Of the convoys that could make first visits, leave out those for which another one does as well.

Where only first visits count, a convoy carries just the food that makes them count. One of the same hub and day to just
the sites at which it counts stands for it if that is as likely to arrive, is not longer away, passes no gate more
often and draws on the same stores. So most tours count at all their stops or do not run, and of several ways to one
site the likeliest is left.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations

from planner.domain.needs import SiteId
from planner.domain.supply import TruckTypeId
from planner.solvers.case import Case, FoodMinimum
from planner.solvers.option import Option, OptionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The least food of a stop that counts, and the fewest trucks that carry it."""

    kg: int
    litres: int
    trucks: int


class Needs:
    """What the stops of a case's options need to count."""

    def __init__(self, case: Case) -> None:
        """Remember nothing yet."""
        self.case = case
        self._sizes: dict[tuple[tuple[TruckTypeId, int], ...], tuple[list[int], list[int]]] = {}
        self._known: dict[tuple[OptionId, int], Need | None] = {}

    def of(self, option: Option, stop: int) -> Need | None:
        """Return what a stop needs to count; None where it never can."""
        key = option.id, stop
        if key not in self._known:
            least = self.case.minimums[key]
            self._known[key] = None if least is None else self._need(option, least)
        return self._known[key]

    def _need(self, option: Option, least: FoodMinimum) -> Need:
        goods, kg, litres = self.case.snapshot.commodities, least.kg, least.litres
        if least.units is not None:
            kg = sum(goods[c].kg * units for c, units in least.units.items())
            litres = sum(goods[c].litres * units for c, units in least.units.items())
        kinds = self.case.truck_types(option)
        if kinds not in self._sizes:
            self._sizes[kinds] = sizes(self.case, kinds, 0), sizes(self.case, kinds, 1)
        by_weight, by_volume = self._sizes[kinds]
        return Need(kg=kg, litres=litres, trucks=max(_fewest(by_weight, kg), _fewest(by_volume, litres)))

    def most(self, option: Option, stop: int) -> int:
        """Return how many trucks a stop can have: every other stop has one at least."""
        return option.stop_caps[stop] if option.stop_caps else option.max_trucks - (len(option.sites) - 1)

    def trucks(self, option: Option) -> int:
        """Return the fewest trucks of a convoy that counts at all its stops."""
        needs = [self.of(option, stop) for stop in range(len(option.sites))]
        fewest = max(self.case.snapshot.policy.min_trucks, len(needs))
        return max(fewest, sum(max(1, need.trucks) for need in needs if need is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fewer:
    """Convoys that count at all their stops or do not run, and those that may count at some only."""

    whole: tuple[Option, ...]
    parts: tuple[Option, ...]


def fewer(case: Case, needs: Needs, options: Sequence[Option], named: frozenset[OptionId]) -> Fewer:
    """Return the options that every plan of first visits can do with; `named` ones, of which cuts speak, stay.

    No other option stands for one that cuts allow and it not; sites that are coupled are served by what serves them.
    """
    marks = {option.id: _Mark.of(case, option) for option in options}
    kept: dict[tuple[str, frozenset[SiteId], int, int], list[Option]] = defaultdict(list)
    whole: list[Option] = []
    coupled = case.coupled_sites
    open_ones = [option for option in options if not coupled & set(option.sites)]

    def stands_for(sites: Iterable[SiteId], option: Option, *, strictly: bool) -> bool:
        wanted = frozenset(sites)
        return any(
            marks[one.id].does_as_well(marks[option.id], wanted)
            for one in kept[option.hub, wanted, option.day, option.phases[0].day]
            if not (strictly and one.id == option.id)
        )

    for option in sorted(open_ones, key=lambda o: (-o.p, len(o.busy_days), len(o.gates), -o.max_trucks, o.id)):
        can = all(
            need is not None and need.trucks <= needs.most(option, stop)
            for stop, need in ((stop, needs.of(option, stop)) for stop in range(len(option.sites)))
        )
        if not can or needs.trucks(option) > option.max_trucks:
            continue
        if option.id in named:
            whole.append(option)
        elif not stands_for(option.sites, option, strictly=True):
            kept[option.hub, frozenset(option.sites), option.day, option.phases[0].day].append(option)
            whole.append(option)
    parts = [option for option in options if coupled & set(option.sites)]
    parts += [
        option
        for option in open_ones
        if any(
            not stands_for(some, option, strictly=False)
            for some in _countable(needs, option)
            if option.id not in named or len(some) < len(option.sites)
        )
    ]
    apart = {option.id for option in parts}
    return Fewer(
        whole=tuple(sorted((o for o in whole if o.id not in apart), key=lambda o: o.id)),
        parts=tuple(sorted(parts, key=lambda o: o.id)),
    )


def _countable(needs: Needs, option: Option) -> Iterator[tuple[SiteId, ...]]:
    """Yield the sets of stops at which a convoy can count together."""
    known = [(site, needs.of(option, stop)) for stop, site in enumerate(option.sites)]
    able = [
        (site, max(1, need.trucks))
        for stop, (site, need) in enumerate(known)
        if need is not None and need.trucks <= needs.most(option, stop)
    ]
    for size in range(1, len(able) + 1):
        for some in combinations(able, size):
            if sum(trucks for _, trucks in some) + len(option.sites) - size <= option.max_trucks:
                yield tuple(site for site, _ in some)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What a convoy takes of what others want, whatever its trucks, and what its stops need."""

    p: float
    busy: frozenset[int]
    passes: Counter[tuple[str, int, bool]]
    escort: bool
    least: dict[SiteId, tuple[FoodMinimum | None, object]]

    @classmethod
    def of(cls, case: Case, option: Option) -> "_Mark":
        """Read the mark of an option."""
        return cls(
            p=option.p, busy=frozenset(option.busy_days), escort=option.needs_escort,
            passes=Counter(
                (gate, phase.day, run.loaded) for phase in option.phases for run in phase.runs for gate in run.gates
            ),
            least={
                site: (
                    case.minimums[option.id, stop],
                    tuple((food, case.batches(option, food)) for food in case.food_caps(option, stop)),
                )
                for stop, site in enumerate(option.sites)
            },
        )  # fmt: skip

    def does_as_well(self, other: "_Mark", sites: frozenset[SiteId]) -> bool:
        """Tell whether this convoy may run in the other's place, to these sites."""
        return (
            self.p >= other.p
            and self.busy <= other.busy
            and self.escort <= other.escort
            and not self.passes - other.passes
            and all(self.least[site] == other.least[site] for site in sites)
        )


def sizes(case: Case, kinds: Iterable[tuple[TruckTypeId, int]], measure: int) -> list[int]:
    """Return what each truck carries, the most first: kilograms (measure 0) or litres (1)."""
    types = case.snapshot.truck_types
    found = [
        (types[kind].payload_kg if measure == 0 else types[kind].payload_l)
        for kind, number in kinds
        for _ in range(number)
    ]
    return sorted(found, reverse=True)


def _fewest(carrying: Sequence[int], needed: int) -> int:
    """Return how many of the largest carry so much: more than any convoy has where all do not."""
    if needed <= 0:
        return 0
    return next((n for n, carried in enumerate(accumulate(carrying), start=1) if carried >= needed), 1_000_000)
