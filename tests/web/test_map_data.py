"""What maps draw from: geometry in one order, statuses in the same, and refusals instead of wrong pictures."""

import gzip
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import web
from planner.domain.rights import Role
from planner.domain.world import World
from planner.intake.seed import find_seed, read_seed
from planner.services.access import as_of, status_at
from planner.services.map_data import CODES, TOLERANCE_DEG, UNITS_PER_DEGREE, DrawnNetwork, draw_network, draw_status
from routing.network import Position, RoadNetwork
from routing.status import Status
from routing.units import parse_instant
from tests.web.doors import Browser
from web.i18n import read_catalogues
from web.map_words import WORDS

pytest_plugins = ["tests.web.site_fixtures"]
KILO = 1000


@pytest.fixture(scope="module")
def syria() -> World:
    return read_seed(find_seed("syria-2016-09"))


@pytest.fixture(scope="module")
def rivers() -> World:
    return read_seed(find_seed("two-rivers"))


def statuses(world: World, drawn: DrawnNetwork, text: str) -> dict[str, Any]:
    zone = world.catalogue.crisis.tz
    question = as_of(world, parse_instant(text, zone), None)
    said: dict[str, Any] = json.loads(draw_status(drawn, world.network, status_at(world, question), question.at, zone))
    return said


def unpacked(steps: list[int]) -> list[Position]:
    points, lon, lat = [], 0, 0
    for i in range(0, len(steps), 2):
        lon, lat = lon + steps[i], lat + steps[i + 1]
        points.append((lon / UNITS_PER_DEGREE, lat / UNITS_PER_DEGREE))
    return points


def off(point: Position, line: list[Position]) -> float:
    """Return the distance of a point from the nearest piece of a line, in degrees."""
    least = float("inf")
    for (x0, y0), (x1, y1) in pairwise(line):
        square = (x1 - x0) ** 2 + (y1 - y0) ** 2
        share = 0.0 if square == 0 else ((point[0] - x0) * (x1 - x0) + (point[1] - y0) * (y1 - y0)) / square
        share = max(0.0, min(1.0, share))
        least = min(least, ((point[0] - x0 - share * (x1 - x0)) ** 2 + (point[1] - y0 - share * (y1 - y0)) ** 2) ** 0.5)
    return least


# ---- The network


def test_every_segment_is_sent_with_its_ends_its_gate_and_its_name(syria: World) -> None:
    said = json.loads(draw_network(syria.network).body)
    columns = said["segments"]

    for i, segment in enumerate(syria.network.segments[s] for s in draw_network(syria.network).segments):
        start, end = said["places"][columns["from"][i]][0], said["places"][columns["to"][i]][0]
        assert (start, end) == (segment.start, segment.end)
        assert (columns["id"][i] or f"{start}--{end}") == segment.id
        assert said["names"][columns["name"][i]] == segment.name
        assert said["classes"][columns["class"][i]] == segment.road_class
        gate = columns["gate"][i]
        assert (None if gate < 0 else said["gates"][gate][0]) == segment.gate


def test_a_road_keeps_its_shape_within_six_metres(syria: World) -> None:
    drawn = draw_network(syria.network)
    shapes = json.loads(drawn.body)["segments"]["shape"]

    for segment, steps in zip(drawn.segments, shapes, strict=True):
        line = unpacked(steps)
        assert max(off(point, line) for point in syria.network.segments[segment].shape) < TOLERANCE_DEG + 1e-5


def test_places_are_sent_in_the_order_in_which_they_are_worth_a_name(syria: World) -> None:
    names = [place[1] for place in json.loads(draw_network(syria.network).body)["places"]]

    assert names[:3] == ["Damascus", "Homs", "Lattakia"]
    assert names.index("Aleppo (western city)") < names.index("Tadmor (Palmyra)"), "a city without a figure is a city"


def test_a_segment_without_a_shape_is_drawn_straight_between_its_ends(rivers: World) -> None:
    network = rivers.network
    bare = {**network.segments, "merro--ordan": replace(network.segments["merro--ordan"], shape=())}
    drawn = draw_network(RoadNetwork(places=network.places, segments=bare, gates=network.gates, areas=network.areas))

    line = unpacked(json.loads(drawn.body)["segments"]["shape"][drawn.segments.index("merro--ordan")])

    assert line == [network.places["merro"].position, network.places["ordan"].position]


def test_the_digest_changes_with_the_network_and_with_nothing_else(rivers: World) -> None:
    network = rivers.network
    turned = RoadNetwork(
        places=network.places,
        segments={key: network.segments[key] for key in sorted(network.segments, reverse=True)},
        gates=network.gates,
        areas=network.areas,
    )
    fewer = RoadNetwork(
        places=network.places,
        segments={key: value for key, value in network.segments.items() if key != "merro--ordan"},
        gates=network.gates,
        areas=network.areas,
    )

    assert draw_network(turned).digest == draw_network(network).digest
    assert draw_network(fewer).digest != draw_network(network).digest


def test_september_2016_takes_no_more_than_sixty_kilobytes(syria: World) -> None:
    packed = len(gzip.compress(draw_network(syria.network).body.encode(), 9))

    assert packed <= 60 * KILO, packed


# ---- The statuses


def test_each_segment_has_the_status_that_the_fold_gives_it(syria: World) -> None:
    drawn = draw_network(syria.network)
    said = statuses(syria, drawn, "2016-09-18T08:00+03:00")
    question = as_of(syria, parse_instant("2016-09-18T08:00+03:00", syria.catalogue.crisis.tz), None)
    access = status_at(syria, question)

    wanted = "".join(CODES[access.at(segment, question.at).status] for segment in drawn.segments)
    assert said["segments"] == wanted
    assert said["network"] == drawn.digest
    assert said["as_of"] == {"at": "2016-09-18T08:00:00+03:00", "known": question.known}
    assert said["counts"] == {status.value: wanted.count(CODES[status]) for status in Status}


def test_a_gate_is_never_shown_better_than_a_segment_it_stands_on(syria: World) -> None:
    drawn = draw_network(syria.network)
    order = "oucb"
    for text in ("2016-09-13T06:00+03:00", "2016-09-18T08:00+03:00", "2016-09-20T08:00+03:00"):
        said = statuses(syria, drawn, text)
        of = dict(zip(drawn.segments, said["segments"], strict=True))
        for gate, code in zip(drawn.gates, said["gates"], strict=True):
            segments = syria.network.segments_of_gate[gate]
            assert code == max((of[s] for s in segments), key=order.index), (gate, text)


def test_a_gate_on_no_segment_is_unknown_not_open(rivers: World) -> None:
    network = rivers.network
    gate = next(iter(network.gates))
    bare = {
        key: replace(segment, gate=None) if segment.gate == gate else segment
        for key, segment in network.segments.items()
    }
    world = replace(
        rivers, network=RoadNetwork(places=network.places, segments=bare, gates=network.gates, areas=network.areas)
    )
    drawn = draw_network(world.network)

    assert statuses(world, drawn, "2031-04-09T09:00+03:00")["gates"][drawn.gates.index(gate)] == "u"


# ---- The addresses


def test_the_roads_are_asked_about_again_and_sent_once(readers: dict[Role, Browser]) -> None:
    first = readers[Role.ANALYST].get("/data/roads", headers={"Accept-Encoding": "gzip"})

    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"
    said = json.loads(gzip.decompress(first.data))
    assert first.headers["ETag"] == f'"{said["network"]}"'
    again = readers[Role.ANALYST].get("/data/roads", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    plain = readers[Role.ANALYST].get("/data/roads")
    assert plain.json == said


def test_statuses_come_in_the_order_of_the_roads_at_the_as_of_that_is_asked(readers: dict[Role, Browser]) -> None:
    roads = readers[Role.COORDINATOR].get("/data/roads").json
    early = readers[Role.COORDINATOR].get("/data/status?at=2031-04-02T09:00%2B03:00")
    late = readers[Role.COORDINATOR].get("/data/status?at=2031-04-09T09:00%2B03:00")

    assert roads is not None
    assert early.json is not None
    assert late.json is not None
    assert early.json["network"] == roads["network"]
    assert len(early.json["segments"]) == len(roads["segments"]["class"])
    assert early.json["as_of"]["at"] == "2031-04-02T09:00:00+03:00"
    assert early.headers["ETag"] != late.headers["ETag"]
    assert early.headers["Cache-Control"] == "private, no-cache"
    again = readers[Role.COORDINATOR].get(
        "/data/status?at=2031-04-02T09:00%2B03:00", headers={"If-None-Match": early.headers["ETag"]}
    )
    assert again.status_code == 304


def test_a_map_of_another_network_is_refused_its_statuses(readers: dict[Role, Browser]) -> None:
    roads = readers[Role.ANALYST].get("/data/roads").json
    assert roads is not None

    assert readers[Role.ANALYST].get(f"/data/status?v={roads['network']}").status_code == 200
    refused = readers[Role.ANALYST].get("/data/status?v=0123456789abcdef")
    assert (refused.status_code, refused.mimetype) == (409, "application/problem+json")
    assert "segments" not in refused.text


@pytest.mark.parametrize("address", ["/data/roads", "/data/status"])
@pytest.mark.parametrize("role", [Role.PARTNER, Role.ADMIN])
def test_partners_and_administrators_get_no_road(readers: dict[Role, Browser], role: Role, address: str) -> None:
    answer = readers[role].get(address)

    assert answer.status_code == 403
    assert "ordan" not in answer.text.casefold()


@pytest.mark.parametrize("wrong", ["at=noon", "known=99999999", "known=-1"])
def test_a_time_that_cannot_be_understood_is_said(readers: dict[Role, Browser], wrong: str) -> None:
    answer = readers[Role.ANALYST].get(f"/data/status?{wrong}")

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


# ---- The words


def test_the_map_says_nothing_that_is_not_among_its_words() -> None:
    folder = Path(web.__file__).parent / "static/js"
    sources = [folder / "map.js", *(folder / "map").glob("*.js")]
    said = {text for file in sources for text in re.findall(r'\bsay\(\s*"([^"]+)"', file.read_text("utf-8"))}

    assert len(said) > 15
    assert said <= set(WORDS)


def test_every_word_of_the_map_is_there_in_arabic(readers: dict[Role, Browser]) -> None:
    catalogue = read_catalogues("ar")
    told = readers[Role.PARTNER].get("/data/words?lang=ar").json

    assert told is not None
    assert set(told["words"]) == set(WORDS)
    for word in WORDS:
        assert catalogue.gettext(word) != word, word
        assert told["words"][word] == catalogue.gettext(word)
        assert re.findall(r"\{\w+\}", told["words"][word]) == re.findall(r"\{\w+\}", word)


@pytest.mark.parametrize("role", [*Role])
@pytest.mark.parametrize(("language", "start"), [("en", "An invented country"), ("ar", "بلد متخيَّل")])
def test_everybody_is_told_the_words_of_caution(
    readers: dict[Role, Browser], role: Role, language: str, start: str
) -> None:
    told = readers[role].get(f"/data/words?lang={language}").json

    assert told is not None
    assert told["disclaimer"].startswith(start)
