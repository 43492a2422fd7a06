// Planned ways over the roads: halo, ink casing, the status line in it; the marker lies below the selected one.

import { stroke } from "./ground.js";

export const routeWidth = (view) => (view.kmPerPixel > 0.25 ? 2.2 + Math.min(1, view.between(0, 1.8)) : view.between(2.2, 4.4));

/** Draw all planned ways and the roads in which two plans differ. */
export function drawWays(pen, view, scene) {
  const { network, overlay } = scene;
  pen.clearRect(0, 0, view.width, view.height);
  if (!network) return;
  const width = routeWidth(view), firm = new Set(), possible = new Set();
  drawChanges(pen, view, scene, width);
  for (const route of overlay.routes) {
    const into = route.state === "possible" ? possible : firm;
    for (const segment of route.lines) into.add(segment);
  }
  for (const segment of firm) possible.delete(segment);
  drawHollow(pen, view, scene, [...possible], width);
  drawCased(pen, view, scene, [...firm], width);
}

/** Draw the marker, which lies below the ways. */
export function drawMarker(pen, view, scene) {
  const { network, colours, hover } = scene, width = routeWidth(view);
  pen.clearRect(0, 0, view.width, view.height);
  if (!network) return;
  pen.lineJoin = "round";
  if (hover !== null) stroke(pen, network.lines.trace(new Path2D(), view, [hover]), colours.mark, width + 9, [], 0.8, "round");
  const chosen = chosenSegments(scene);
  if (chosen.length) stroke(pen, network.lines.trace(new Path2D(), view, chosen), colours.mark, width + 13, [], 1, "round");
}

/** Draw what is selected once more on top: where ways share a road it is seen whole. */
export function drawChosen(pen, view, scene) {
  const { network, overlay, hover, selected } = scene, width = routeWidth(view);
  pen.clearRect(0, 0, view.width, view.height);
  if (!network) return;
  const route = overlay.routes.find((one) => one.sel === selected), chosen = chosenSegments(scene);
  if (route?.state === "possible") drawHollow(pen, view, scene, chosen, width);
  else drawCased(pen, view, scene, chosen, width);
  if (hover !== null) drawCased(pen, view, scene, [hover], width);
}

/** The segments that the selection stands for: a convoy's way, a segment, or those a gate stands on. */
export function chosenSegments({ network, overlay, selected }) {
  if (!network || !selected) return [];
  const route = overlay.routes.filter((one) => one.sel === selected);
  if (route.length) return [...new Set(route.flatMap((one) => one.lines))];
  if (overlay.groups?.[selected]) return network.known(overlay.groups[selected]);
  const [kind, ...rest] = selected.split(":"), id = rest.join(":");
  if (kind === "segment") return network.known([id]);
  if (kind === "gate" && network.gateIndex.has(id)) return network.gates[network.gateIndex.get(id)].segments;
  return [];
}

function drawCased(pen, view, scene, segments, w) {
  if (!segments.length) return;
  const { network, colours, statuses } = scene;
  pen.lineJoin = "round";
  const whole = network.lines.trace(new Path2D(), view, segments);
  stroke(pen, whole, colours.routeHalo, w + 5, [], 1, "round");
  stroke(pen, whole, colours.routeCase, w + 2.6, [], 1, "round");
  const by = { q: [], o: [], c: [], b: [], u: [] };
  for (const segment of segments) by[statuses ? statuses.segments[segment] : "q"].push(segment);
  for (const [status, some] of Object.entries(by)) {
    if (!some.length) continue;
    const path = network.lines.trace(new Path2D(), view, some);
    if (status === "c") stroke(pen, path, colours.contested, w, w > 3 ? [8, 5] : [6, 4]);
    else if (status === "o") stroke(pen, path, colours.open, w);
    else {
      stroke(pen, path, colours.sheet, w);
      if (status === "b") stroke(pen, path, colours.blocked, w, [0.1, 7], 1, "round");
      if (status === "u") stroke(pen, path, colours.unknown, 0.7 * w, [10, 5, 2.5, 5]);
    }
  }
}

/** A way that is only possible: no letter yet. */
function drawHollow(pen, view, scene, segments, w) {
  if (!segments.length) return;
  pen.lineJoin = "round";
  const { network, colours } = scene, path = network.lines.trace(new Path2D(), view, segments);
  stroke(pen, path, colours.routeHalo, w + 5, [], 1, "round");
  stroke(pen, path, colours.routeCase, w + 2.6, [], 1, "round");
  stroke(pen, path, colours.sheet, w - 0.2);
}

/** Roads that a plan takes and the other does not: solid ink for those added, a broken hollow line for those left. */
function drawChanges(pen, view, scene, w) {
  const { network, overlay, colours } = scene;
  const { added, removed } = overlay.changed;
  pen.lineJoin = "round";
  if (removed.length) {
    const path = network.lines.trace(new Path2D(), view, removed);
    stroke(pen, path, colours.routeHalo, w + 5, [], 1, "round");
    stroke(pen, path, colours.routeCase, w + 2.6, [7, 5]);
    stroke(pen, path, colours.sheet, w, []);
  }
  if (added.length) {
    const path = network.lines.trace(new Path2D(), view, added);
    stroke(pen, path, colours.routeHalo, w + 5, [], 1, "round");
    stroke(pen, path, colours.ink, w + 2.6, [], 1, "round");
  }
}
