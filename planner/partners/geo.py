"""Write what a report tells of places: GeoJSON and KML for maps, GPX for drivers; never finer than the tier reads."""

import json
from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from planner.partners.report import Cell, Feature, Report
from planner.partners.words import Language, said
from routing.network import Position
from routing.units import format_instant

KML: Final = "http://www.opengis.net/kml/2.2"
GPX: Final = "http://www.topografix.com/GPX/1/1"
DIGITS: Final = {"T0": 1, "T1": 2, "T2": 2, "T3": 5}
"""Decimals of a degree that a tier may read: 10 km, 1 km, 1 m."""


def write_geojson(report: Report) -> bytes:
    """Return the rows as features in WGS 84, longitude first; a row whose place is not told has no geometry."""
    features = [
        {
            "type": "Feature",
            "geometry": _geometry(feature, report),
            "properties": {**feature.row, **_marking(report)},
        }
        for feature in report.features
    ]
    body: dict[str, object] = {
        "type": "FeatureCollection",
        "name": report.file_stem,
        "disclaimer": report.disclaimer.en,
        "features": features,
    }
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


def _geometry(feature: Feature, report: Report) -> dict[str, object] | None:
    points = list(_points(feature, report))
    if not points:
        return None
    if len(points) == 1:
        return {"type": "Point", "coordinates": list(points[0])}
    return {"type": "LineString", "coordinates": [list(at) for at in points]}


def _points(feature: Feature, report: Report) -> Iterator[Position]:
    digits = DIGITS[report.tier]
    return ((round(lon, digits), round(lat, digits)) for lon, lat in feature.points)


def _marking(report: Report) -> dict[str, Cell]:
    if report.mark is None:
        return {}
    return {
        "for_reader": report.mark.reader,
        "expires_on": format_instant(report.mark.expires_at, report.zone),
    }


def write_kml(report: Report, language: Language) -> bytes:
    """Return the rows as placemarks with their fields; rows whose place is not told are left out."""
    register_namespace("", KML)
    root = Element(f"{{{KML}}}kml")
    document = SubElement(root, f"{{{KML}}}Document")
    _say(document, KML, "name", f"{report.title.say(language)} {report.subject}")
    _say(document, KML, "description", report.disclaimer.say(language))
    for feature in report.features:
        points = list(_points(feature, report))
        if not points:
            continue
        mark = SubElement(document, f"{{{KML}}}Placemark")
        _say(mark, KML, "name", feature.name.say(language))
        _fields(mark, {**feature.row, **_marking(report)})
        shape = SubElement(mark, f"{{{KML}}}{'Point' if len(points) == 1 else 'LineString'}")
        _say(shape, KML, "coordinates", " ".join(f"{lon},{lat}" for lon, lat in points))
    return _document(root)


def _fields(mark: Element, row: dict[str, Cell]) -> None:
    data = SubElement(mark, f"{{{KML}}}ExtendedData")
    for name, value in row.items():
        if value is not None and value != "":
            _say(SubElement(data, f"{{{KML}}}Data", name=name), KML, "value", str(value))


def write_gpx(report: Report, language: Language) -> bytes:
    """Return the ways as tracks and the stops as waypoints. For the convoy's own drivers alone.

    Raises
    ------
    ValueError
        If the report is not one of operations.
    """
    if report.tier != "T3":
        raise ValueError(f"A {report.tier} report has no road to drive. GPX is made at T3 alone.")
    register_namespace("", GPX)
    # No creator's name and version: a file that is found says nothing of who made it.
    root = Element(f"{{{GPX}}}gpx", version="1.1", creator="-")
    about = SubElement(root, f"{{{GPX}}}metadata")
    _say(about, GPX, "name", f"{report.title.say(language)} {report.subject}")
    if report.mark is not None:
        expires = format_instant(report.mark.expires_at, report.zone)
        told = f"{report.mark.reader}, {said('expires').say(language)} {expires}"
        _say(about, GPX, "desc", told)
    for feature in _by_length(report.features, 1):
        lon, lat = feature.points[0]
        point = SubElement(root, f"{{{GPX}}}wpt", lat=str(lat), lon=str(lon))
        _say(point, GPX, "name", feature.name.say(language))
    for feature in report.features:
        if len(feature.points) > 1:
            track = SubElement(root, f"{{{GPX}}}trk")
            _say(track, GPX, "name", feature.name.say(language))
            part = SubElement(track, f"{{{GPX}}}trkseg")
            for lon, lat in feature.points:
                SubElement(part, f"{{{GPX}}}trkpt", lat=str(round(lat, 5)), lon=str(round(lon, 5)))
    return _document(root)


def _by_length(features: Iterable[Feature], length: int) -> Iterator[Feature]:
    return (feature for feature in features if len(feature.points) == length)


def _say(parent: Element, space: str, name: str, text: str) -> None:
    SubElement(parent, f"{{{space}}}{name}").text = "".join(c for c in text if c >= " " or c in "\t\n")


def _document(root: Element) -> bytes:
    written: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written + b"\n"
