"""A road file brought in and looked at, for tests and pictures of what stands on its page."""

import json

from planner.services.road_queue import RoadWish, queue_roads, work_roads_once
from planner.store.store import Store
from routing.network import Position
from routing.units import Instant


def bring_roads(store: Store, crisis: str, at: Instant, near: Position = (1.5, 0.9)) -> None:
    """Bring a road file in and let a worker look at it: it is one new track, with a row that cannot be used."""
    track = {"type": "LineString", "coordinates": [near, (near[0] + 0.01, near[1] + 0.01)]}
    features = [
        {"type": "Feature", "properties": {"highway": said}, "geometry": track} for said in ("track", "nonsense")
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    queue_roads(store, crisis, "track.geojson", content, RoadWish(), by="nour", at=at)
    assert work_roads_once(store, "w1", lambda: at) is not None
