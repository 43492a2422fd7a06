"""The pages on roads that came from a file: drawn, listed, and with plans made before the import."""

from pathlib import Path

import pytest

from planner.services.crises import load_world
from tests.planner.desks import Desk as Folder
from tests.planner.services.test_road_import import rows_of
from tests.routing.readers.files import geojson

pytest_plugins = ["tests.web.site_fixtures"]


@pytest.mark.usefixtures("quick_hashes")
def test_every_page_answers_after_an_import_under_a_plan_that_was_there(planned_desk: Folder, tmp_path: Path) -> None:
    folder = planned_desk.copy(tmp_path / "desk")
    store = folder.store()
    before = load_world(store, "two-rivers").network
    store.close()
    split = before.segments["varn--hightop"].shape
    side = [split[len(split) // 2], (split[0][0] + 0.03, split[0][1] + 0.03)]
    rows = [*rows_of(before), (side, {"highway": "track"})]
    assert folder.qafila("network", "import", str(geojson(tmp_path / "roads.geojson", rows))).code == 0

    from tests.web.site_fixtures import open_site  # noqa: PLC0415 - a plugin of pytest's, loaded by name above

    door = open_site(folder)
    browser = door.signed_in("coordinator")
    store = folder.store()
    network = load_world(store, "two-rivers").network
    store.close()
    heir = network.standing_for(("varn--hightop",))[0]
    area = min(network.areas)
    junction = next(name for name in network.places if name not in before.places)
    made = [name for name in network.gates if name not in before.gates]
    spur = next(name for name in network.segments if name not in before.segments)
    for address in (
        f"/access?sel=place:{junction}", f"/access?sel=segment:{spur}", f"/access/record?sel=place:{junction}",
        *(f"/access?sel=gate:{gate}" for gate in made[:1]),
        "/", "/access", f"/access?sel=segment:{heir}", "/access?sel=place:kessa", f"/access?sel=area:{area}", "/plans",
        "/plans/latest", "/plans/latest/sheets", "/needs", "/convoys", "/failed", "/what-if",
    ):  # fmt: skip
        assert browser.get(address, follow_redirects=True).status_code == 200, address
    door.store.close()
