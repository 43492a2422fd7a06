// What is selected elsewhere is brought into view; what can be seen already stays where it is.

import { boundsOf } from "./overlay.js";
import { chosenSegments } from "./routes.js";

/** Move the map where an id lies out of view; tells whether it had to. `frames` are insets, which show their places. */
export function bringIntoView(id, scene, map, frames) {
  const bounds = placeOf(id, scene);
  if (!bounds) return false;
  const [west, south, east, north] = bounds, box = [[south, west], [north, east]];
  const inset = frames.some(({ bounds: [w, s, e, n] }) => west >= w && south >= s && east <= e && north <= n);
  if (inset || map.getBounds().pad(-0.04).intersects(box)) return false;
  if (map.getBoundsZoom(box) < map.getZoom()) map.fitBounds(box, { animate: false, padding: [30, 30] });
  else map.panTo([(south + north) / 2, (west + east) / 2], { animate: false });
  return true;
}

/** The rectangle in degrees of what an id stands for on this map; null where it is not on it. */
function placeOf(id, scene) {
  const { network, overlay } = scene, gate = id.startsWith("gate:") ? network?.gateIndex.get(id.slice(5)) : undefined;
  const points = overlay.points.filter((point) => point.sel === id).map(({ at }) => ({ at }));
  if (gate !== undefined) points.push({ at: network.gates[gate].at });
  const lines = points.length ? [] : chosenSegments(scene);
  if (!points.length && !lines.length) return null;
  return boundsOf({ points, shields: [], signs: [], routes: [{ lines }] }, network);
}
