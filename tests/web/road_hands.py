"""A road file brought in and looked at, for tests of what stands on its page."""

import json

from planner.services.road_queue import RoadWish, queue_roads, work_roads_once
from tests.web.doors import Door


def bring_roads(door: Door) -> None:
    """Bring a road file in and let a worker look at it: it is one new track, with a row that cannot be used."""
    track = {"type": "LineString", "coordinates": [[1.5, 0.9], [1.51, 0.91]]}
    features = [
        {"type": "Feature", "properties": {"highway": said}, "geometry": track} for said in ("track", "nonsense")
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    queue_roads(door.store, "two-rivers", "track.geojson", content, RoadWish(), by="nour", at=door.clock())
    assert work_roads_once(door.store, "w1", door.clock) is not None
