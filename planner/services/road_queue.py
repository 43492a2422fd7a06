"""Road files brought in on a page: a worker looks at each, somebody decides, a worker stores it; no page waits."""

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from planner.domain.errors import BadInput, PlannerError, Refused
from planner.jobs import BEAT_S, LEASE_S, Clock, Heart, attend
from planner.services.road_import import RoadFile, RoadImport, apply_road_import, plan_road_import
from planner.store.records import ChangedMeanwhile, RoadClaim, RoadImportCard, Sign, Wish
from planner.store.store import Store
from routing.building.build import Tolerances
from routing.errors import RoutingError
from routing.readers.classes import parse_table
from routing.units import Instant, Seconds

KINDS: Final = (".pbf", ".geojson", ".json", ".gpkg", ".zip")
"""What a page takes: a Shapefile has several files and comes as a zip of them."""
LARGEST_BYTES: Final = 64 * 1024 * 1024
"""A larger file is imported by the command: it would stand in the database as long as nobody decides."""
LONGEST_NAME: Final = 80
LISTED: Final = 20
CHANGED: Final = "changed"
"""Why a file was not stored: it would do something else by now than what was shown."""
REFUSED: Final = "refused"
"""Why a file was not stored: something would be lost that nobody let go; the report names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadWish:
    """How a file is to be read: what the command line's options say.

    `noded` None: as is the rule for this kind of file. `classes` is the text of a table of classes, empty for the one
    that comes with the product.
    """

    crs: str = ""
    layer: str = ""
    noded: bool | None = None
    classes: str = ""
    snap_m: float = Tolerances().snap_m
    attach_within_m: float = Tolerances().attach_within_m
    gate_within_m: float = Tolerances().gate_within_m
    same_m: float = Tolerances().same_m

    def tolerances(self) -> Tolerances:
        """Return how near is near."""
        return Tolerances(
            snap_m=self.snap_m, attach_within_m=self.attach_within_m, gate_within_m=self.gate_within_m,
            same_m=self.same_m,
        )  # fmt: skip

    def body(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def queue_roads(store: Store, crisis: str, file: str, content: bytes, wish: RoadWish, *, by: str, at: Instant) -> int:
    """Keep a road file until a worker has looked at it, and return its number; nothing of the crisis changes.

    Raises
    ------
    BadInput
        If it is empty, too large or of another kind, or the table of classes cannot be read.
    """
    name = plain_name(file)
    if not name.casefold().endswith(KINDS):
        raise BadInput(f"{name}: this kind of file is not read. Give one of {', '.join(KINDS)}; a Shapefile as a zip.")
    if not content:
        raise BadInput(f"{name} is empty. Choose the file again.")
    if len(content) > LARGEST_BYTES:
        raise BadInput(
            f"{name} has {len(content) // 1024**2} MB, more than the {LARGEST_BYTES // 1024**2} MB a page takes. "
            "Use qafila network import."
        )
    if wish.classes:
        try:
            parse_table("classes", wish.classes)
        except RoutingError as cause:
            raise BadInput(str(cause)) from cause
    with store.writing() as write:
        number = write.add_road_import(crisis, name, content, wish.body(), at=at, by=by)
        detail: dict[str, str | int | bool | None] = {"file": name, "bytes": len(content)}
        write.append_audit(actor=by, action="bring roads in", target=f"{crisis}/roads/{number}", at=at, detail=detail)
    return number


def plain_name(file: str) -> str:
    """Return the last part of a name that somebody sent, of letters, digits, dots, - and _ alone."""
    last = PurePosixPath(file.replace("\\", "/")).name
    return re.sub(r"[^\w.-]+", "_", last).lstrip(".")[-LONGEST_NAME:] or "roads"


def ask_to_store(
    store: Store, crisis: str, number: int, *, seen: str, allow_lost: frozenset[str], leave_off: frozenset[str],
    by: str, at: Instant,
) -> None:  # fmt: skip
    """Queue a file that was looked at to take the place of the crisis's roads; `seen` is the network that was shown.

    Raises
    ------
    Refused
        If it cannot be stored now.
    NotFound
        If there is no such file.
    """
    allowed = {"seen": seen, "allow_lost": sorted(allow_lost), "leave_off": sorted(leave_off)}
    with store.writing() as write:
        write.ask_to_store(number, allowed, crisis=crisis, at=at, by=by)


def drop_roads(store: Store, crisis: str, number: int, *, by: str, at: Instant) -> None:
    """Put a file away without storing it; raises as `ask_to_store`."""
    with store.writing() as write:
        write.drop_road_import(number, crisis=crisis, at=at)
        write.append_audit(actor=by, action="drop roads", target=f"{crisis}/roads/{number}", at=at)


def view_roads(store: Store, crisis: str, number: int) -> tuple[RoadImportCard, Mapping[str, Any] | None]:
    """Return a file's card, and what it would do (None before it was read); raises `NotFound`."""
    with store.reading() as read:
        card = read.get_road_import(number, crisis=crisis)
        return card, read.find_road_report(number)


def list_roads(store: Store, crisis: str) -> tuple[RoadImportCard, ...]:
    """Return the files that were brought in, the last one first."""
    with store.reading() as read:
        return read.list_road_imports(crisis, limit=LISTED)


def work_roads_once(
    store: Store, worker: str, clock: Clock, *, lease_s: Seconds = LEASE_S, beat_s: float = BEAT_S
) -> int | None:
    """Claim the oldest file that waits, look at it or store it, and return its number; None where nothing waits.

    What the file itself makes impossible fails it, with the reason; what somebody must decide is shown to them. A
    worker killed on the way is followed by another, and storing the same roads twice is storing them once.

    Raises
    ------
    DatabaseBusy
        If the database does not answer; a file in hand is claimed again when its lease has lapsed.
    """
    with store.writing() as write:
        claim = write.claim_road_import(worker, now=clock(), lease_s=lease_s)
    if claim is None:
        return None

    def beat(sign: Sign | None) -> Wish | None:
        with store.writing() as write:
            alive = write.beat_road_import(claim, now=clock(), stage=None if sign is None else sign.stage)
        return "go on" if alive else None

    def do(heart: Heart) -> None:
        _work(store, claim, clock, lambda stage: heart(Sign(stage=stage, done=0.0, best=None, bound=None)))

    def fail(reason: str) -> None:
        with store.writing() as write:
            write.end_road_import(claim, "failed", at=clock(), error=reason)

    def release() -> None:
        with store.writing() as write:
            write.release_road_import(claim)

    told = (PlannerError, RoutingError)
    attend(f"road file {claim.card.id}", beat_s, beat, do, fail=fail, release=release, told=told)
    return claim.card.id


def _work(store: Store, claim: RoadClaim, clock: Clock, say: Callable[[str], None]) -> None:
    card = claim.card
    planned = _planned(store, claim, say)
    allowed = card.allowed or {}
    error = None
    if card.deed == "store" and planned.digest != allowed["seen"]:
        error = CHANGED
    elif card.deed == "store":
        say("store")
        try:
            apply_road_import(
                store, planned, allow_lost=frozenset(allowed["allow_lost"]), leave_off=frozenset(allowed["leave_off"]),
                source=card.file, by=card.asked_by, at=clock(),
            )  # fmt: skip
        except ChangedMeanwhile:
            error = CHANGED
        except Refused:
            error = REFUSED
    with store.writing() as write:
        if card.deed == "store" and error is None:
            write.end_road_import(claim, "stored", at=clock())
        else:
            write.end_road_look(claim, planned.figures, error=error)


def _planned(store: Store, claim: RoadClaim, say: Callable[[str], None]) -> RoadImport:
    wish = RoadWish(**claim.card.options)
    # Road data is published; it lies on the disk while it is read, in a folder that is this user's alone.
    with tempfile.TemporaryDirectory(prefix="qafila-roads-") as folder:
        path = Path(folder) / claim.card.file
        path.write_bytes(claim.content)
        classes = None
        if wish.classes:
            classes = Path(folder) / "qafila-classes.toml"
            classes.write_text(wish.classes, encoding="utf-8")
        file = RoadFile(
            path=path, crs=wish.crs or None, layer=wish.layer or None, classes=classes, noded=wish.noded,
        )  # fmt: skip
        return plan_road_import(store, claim.card.crisis, file, wish.tolerances(), say=say)
