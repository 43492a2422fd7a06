"""How quickly maps of large networks answer, and how much a first visit sends."""

import json
import random

import pytest
from playwright.sync_api import Browser, Page

from planner.domain.world import World
from planner.services.map_data import draw_network
from routing.network import Area, Place, Position, RoadNetwork, Segment
from tests.browser.map_page import MapPage, opened, page_of, serving

pytest_plugins = ["tests.browser.map_fixtures"]
CLASSES = ("motorway", "primary", "secondary", "tertiary", "track")


def grid(count: int) -> RoadNetwork:
    """Return an invented network of so many segments with six points each, the size of a country."""
    dice = random.Random(1)  # noqa: S311 - a picture, not a secret
    side = int((count / 2) ** 0.5) + 2

    def shaken(at: float, by: float) -> float:
        return at + dice.uniform(-by, by)

    def place(i: int, j: int) -> Place:
        position = (35.7 + 6.3 * shaken(i, 0.3) / side, 32.5 + 4.5 * shaken(j, 0.3) / side)
        people = dice.randrange(100, 50_000)
        return Place(
            id=f"p{i}-{j}",
            name=f"Place {i} {j}",
            name_ar="",
            kind="town",
            position=position,
            area="a",
            population=people,
        )

    def shape(start: Position, end: Position) -> tuple[Position, ...]:
        between = [
            tuple(shaken(a + (b - a) * t / 5, 0.006) for a, b in zip(start, end, strict=True)) for t in range(1, 5)
        ]
        return (start, *((lon, lat) for lon, lat in between), end)

    places = {(i, j): place(i, j) for i in range(side) for j in range(side)}
    segments: dict[str, Segment] = {}
    for (i, j), start in places.items():
        for end in (places.get((i + 1, j)), places.get((i, j + 1))):
            if end is not None and len(segments) < count:
                name = f"{start.id}--{end.id}"
                segments[name] = Segment(
                    id=name,
                    name="Road",
                    corridor="c",
                    start=start.id,
                    end=end.id,
                    length_m=1000,
                    road_class=dice.choice(CLASSES),  # type: ignore[arg-type] # literals, kept as such nowhere
                    shape=shape(start.position, end.position),
                )
    return RoadNetwork(
        places={one.id: one for one in places.values()},
        segments=segments,
        gates={},
        areas={"a": Area(id="a", name="A", name_ar="")},
    )


STEP = """async (step) => {
  const map = document.querySelector('#map'), canvases = [...map.querySelectorAll('.map-ground canvas')];
  const began = performance.now();
  if (step.includes(':')) window.qafila.select(step);
  else map.querySelector(`[data-zoom=${step}]`).click();
  canvases.forEach((canvas) => canvas.getContext('2d').getImageData(0, 0, 1, 1)); // nothing is left to be painted later
  return performance.now() - began;
}"""


class Watch:
    """Times steps by the processor, so that other work on the machine does not count, and by the clock."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.context.new_cdp_session(page)
        self.session.send("Performance.enable")

    def step(self, step: str) -> tuple[float, float]:
        before = self.processor_s()
        clock_ms = float(self.page.evaluate(STEP, step))
        return 1000 * (self.processor_s() - before), clock_ms

    def processor_s(self) -> float:
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "ThreadTime"))


@pytest.mark.parametrize(("count", "zoom_ms"), [(5_000, 300), (20_000, 500)])
def test_large_networks_zoom_and_select_at_once(chromium: Browser, count: int, zoom_ms: int) -> None:
    network = grid(count)
    drawn = draw_network(network)
    dice = random.Random(2)  # noqa: S311 - a picture, not a secret
    codes = "".join(dice.choices("ocbu", [70, 10, 15, 5], k=count))
    counts = {name: codes.count(name[0].lower()) for name in ("OPEN", "CONTESTED", "BLOCKED", "UNKNOWN")}
    as_of = {"at": "2016-09-13T06:00:00+03:00", "known": 1}
    said = {"network": drawn.digest, "as_of": as_of, "segments": codes, "gates": "", "counts": counts}
    routes = [
        {"sel": f"convoy:{i}", "label": f"C{i}", "segments": drawn.segments[i * 40 : i * 40 + 40], "state": "planned"}
        for i in range(20)
    ]
    with serving(MapPage(roads=drawn.body, statuses={"": json.dumps(said)}, overlay={"routes": routes})) as address:
        page = opened(chromium, address)
        watch = Watch(page)
        zooms = [watch.step(step) for step in ("in", "out", "in", "out", "in", "out")]
        selections = [watch.step(step) for step in ("convoy:3", f"segment:{drawn.segments[900]}", "convoy:5")]
        page.close()

    zoom, zoom_clock = (sorted(taken)[len(taken) // 2] for taken in zip(*zooms, strict=True))
    select, select_clock = (sorted(taken)[len(taken) // 2] for taken in zip(*selections, strict=True))
    print(  # noqa: T201 - figures to read
        f"\n{count} segments, median of processor (and clock): zoom step {zoom:.0f} ms ({zoom_clock:.0f}), "
        f"selection {select:.0f} ms ({select_clock:.0f})"
    )
    assert zoom < zoom_ms
    assert select < 100


def test_a_first_visit_to_september_2016_stays_under_its_weight(chromium: Browser, syria_world: World) -> None:
    page_ = page_of(syria_world)
    with serving(page_) as address:
        opened(chromium, address).close()
    sent = {path: size for path, size in page_.sent_bytes.items() if path != "/static/x/test.css"}
    total = sum(sent.values())
    print("\n" + "\n".join(f"{size:>7} {path}" for path, size in sorted(sent.items(), key=lambda item: -item[1])))  # noqa: T201 - figures to read
    print(f"{total:>7} in all, without the page's own")  # noqa: T201 - as above

    assert total <= 160_000
