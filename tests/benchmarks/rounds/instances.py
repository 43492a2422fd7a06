"""Public routing instances of a folder, in VRPLIB's words or the split-delivery sets' own, as problems of rounds."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import vrplib
from numpy.typing import NDArray

from planner.domain.errors import BadInput
from planner.domain.rounds import Depot, RoundFleet, RoundSite, RoundsProblem, RoundTable
from routing.units import Window

EVER: Final = 10**9
"""The end of time where an instance gives none."""
SPLIT: Final = (".sd", ".txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A problem with the best cost known for it, None where none is at hand."""

    name: str
    kind: str
    problem: RoundsProblem
    best_known: int | None
    divisible: bool = False


def read_folder(folder: Path) -> Iterator[Instance]:
    """Yield the instances of a folder and its subfolders by name.

    Raises
    ------
    BadInput
        If there is no such folder or no instance in it.
    """
    files = sorted(file for file in folder.rglob("*") if file.suffix in {".vrp", *SPLIT} and file.name != "README.txt")
    if not files:
        raise BadInput(f"{folder} holds no instance. Name a folder with .vrp, .sd or .txt files in it or below it.")
    for file in files:
        yield read_split(file) if file.suffix in SPLIT else read_vrplib(file)


def read_vrplib(file: Path) -> Instance:
    """Return an instance in VRPLIB's format; distances are scaled and cut as the sets' authors do."""
    said = vrplib.read_instance(file)
    kind = str(said.get("type", "CVRP"))
    scale = 1_000 if file.stem.startswith("PR") else 10

    def whole(values: object) -> NDArray[np.int64]:
        scaled = np.asarray(values, dtype=float) * scale
        return (np.round(scaled) if scale == 1_000 else np.floor(scaled + 1e-9)).astype(np.int64)

    table = whole(said["edge_weight"])
    depot_rows = [int(row) for row in np.atleast_1d(said.get("depot", 0))]
    size = len(table)
    windows = whole(said["time_window"]) if "time_window" in said else np.array([[0, EVER]] * size)
    demand = np.asarray(said["demand"], dtype=np.int64)
    stays = np.broadcast_to(whole(said.get("service_time", 0)), (size,))
    releases = np.broadcast_to(whole(said.get("release_time", 0)), (size,))
    prizes = np.broadcast_to(whole(said.get("prize", 0)), (size,))
    fleets = list(_fleets(said, windows, whole))
    barred = _barred(said, fleets)
    problem = RoundsProblem(
        depots=tuple(
            Depot(id=f"d{row}", point=row, window=Window(int(windows[row][0]), int(windows[row][1])))
            for row in depot_rows
        ),
        sites=tuple(
            RoundSite(
                id=f"s{row}", point=row, kg=int(demand[row]), visit_s=int(stays[row]),
                window=Window(int(windows[row][0]), int(windows[row][1])),
                release_at=int(releases[row]), prize=int(prizes[row]) or None, barred=barred.get(row, frozenset()),
            )
            for row in range(size) if row not in depot_rows
        ),
        fleets=tuple(fleet for fleet, _ in fleets),
        tables={"all": RoundTable(seconds=table, cost=table)},
    )  # fmt: skip
    solution = file.with_suffix(".sol")
    cost = vrplib.read_solution(str(solution)).get("cost") if solution.exists() else None
    # Some files give the cost in the coordinates' unit with one decimal, others in the scaled one.
    best = None if cost is None else round(float(cost) * (10 if isinstance(cost, float) else 1))
    return Instance(name=file.stem, kind=kind, problem=problem, best_known=best)


def _fleets(
    said: Mapping[str, Any], windows: NDArray[np.int64], whole: Any  # noqa: ANN401 - a closure over the scale
) -> Iterator[tuple[RoundFleet, frozenset[int] | None]]:  # fmt: skip
    """Yield the vehicles that are alike as one fleet, with the rows that they may visit (None: all)."""
    number = int(said.get("vehicles", len(windows) - 1))
    capacity = np.broadcast_to(np.asarray(said.get("capacity", EVER)), (number,))
    depots = np.broadcast_to(np.asarray(said.get("vehicles_depot", 1)), (number,)) - 1
    durations = said.get("vehicles_max_duration")
    shifts = [None] * number if durations is None else np.broadcast_to(whole(durations), (number,)).tolist()
    reloads = _rows(said.get("vehicles_reload_depot"), number)
    allowed = _rows(said.get("vehicles_allowed_clients"), number)
    alike: dict[tuple[Any, ...], int] = defaultdict(int)
    for k in range(number):
        alike[int(capacity[k]), int(depots[k]), shifts[k], reloads[k], allowed[k]] += 1
    for index, ((room, depot, shift, again, may), trucks) in enumerate(alike.items()):
        hours = windows[depot]
        yield (
            RoundFleet(
                id=f"f{index}", depot=f"d{depot}", trucks=trucks, payload_kg=room, payload_l=0, table="all",
                shift=Window(int(hours[0]), int(hours[1])), max_shift_s=shift,
                reload_at=tuple(f"d{row}" for row in again or ()), reloads=len(windows) if again else 0,
            ),
            None if may is None else frozenset(may),
        )  # fmt: skip


def _rows(said: object, number: int) -> list[tuple[int, ...] | None]:
    if said is None:
        return [None] * number
    listed: Sequence[Any] = said  # type: ignore[assignment] # vrplib gives a list of rows or of numbers
    return [tuple(int(one) - 1 for one in np.atleast_1d(row)) for row in listed]


def _barred(
    said: Mapping[str, Any], fleets: Sequence[tuple[RoundFleet, frozenset[int] | None]]
) -> dict[int, frozenset[str]]:
    rows = range(int(said["dimension"]))
    return {
        row: frozenset(fleet.id for fleet, may in fleets if may is not None and row not in may)
        for row in rows
        if any(may is not None and row not in may for _, may in fleets)
    }


def read_split(file: Path) -> Instance:
    """Return a split-delivery instance: number and capacity, demands, then the depot's and every client's place.

    The sets' authors round distances differently; here they are kept to a hundredth, for every engine alike.
    """
    numbers = [float(word) for word in file.read_text(encoding="utf-8").split()]
    clients, room = int(numbers[0]), int(numbers[1])
    demand = [int(one) for one in numbers[2 : 2 + clients]]
    places = np.array(numbers[2 + clients : 2 + clients + 2 * (clients + 1)]).reshape(-1, 2)
    if len(demand) < clients or len(places) < clients + 1:
        raise BadInput(f"{file}: {clients} clients are announced, {len(places) - 1} have a place. Mend the file.")
    table = np.round(np.hypot(*(places[:, None] - places[None, :]).transpose(2, 0, 1)) * 100).astype(np.int64)
    trucks = min(clients, math.ceil(sum(demand) / room) * 2)
    always = Window(0, EVER)
    problem = RoundsProblem(
        depots=(Depot(id="d0", point=0, window=always),),
        sites=tuple(
            RoundSite(id=f"s{row}", point=row, kg=kg, window=always, divisible=True)
            for row, kg in enumerate(demand, 1)
        ),
        fleets=(
            RoundFleet(
                id="f0", depot="d0", trucks=trucks, payload_kg=room, payload_l=0, shift=always, table="all"
            ),
        ),
        tables={"all": RoundTable(seconds=table, cost=table)},
    )  # fmt: skip
    return Instance(name=file.stem, kind="SDVRP", problem=problem, best_known=None, divisible=True)
