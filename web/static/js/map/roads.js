// Roads by status: one path a status and width class, whatever their number. One object a segment is 14 times slower.

import { stroke } from "./ground.js";

const ORDER = ["u", "o", "b", "c"]; // the worst lie on top, and a contested one is never hidden by a blocked one
const WIDTHS = [[0.8, 1.4], [1.0, 2.2], [1.8, 3.4]]; // track, road, motorway: for the country and for a city

const DENSE = 6000; // segments in view

export const roadWidth = (view, widthClass) => view.between(...WIDTHS[widthClass]);

/** Put the segments into lists by status and width class; without statuses all are quiet. */
export function groupRoads(network, statuses) {
  const groups = new Map();
  for (let i = 0; i < network.count; i++) {
    const key = (statuses ? statuses.segments[i] : "q") + network.width[i];
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(i);
  }
  return groups;
}

export function drawRoads(pen, view, scene) {
  const { network, groups, colours } = scene;
  if (!network) return;
  pen.lineJoin = "bevel"; // at these widths no eye tells it from a round one, which takes twice the time
  const dense = isDense(network, view);
  for (const width of [0, 1, 2]) {
    const quiet = groups.get(`q${width}`);
    if (quiet) stroke(pen, network.lines.trace(new Path2D(), view, quiet), colours.road, 0.8 + 0.4 * roadWidth(view, width));
  }
  for (const status of ORDER) {
    for (const width of [0, 1, 2]) {
      const group = groups.get(status + width);
      if (!group) continue;
      const w = roadWidth(view, width), path = network.lines.trace(new Path2D(), view, group, dense ? 1.6 : 1);
      if (!dense) stroke(pen, path, colours.halo, w + 2);
      drawStatus(pen, path, status, w, colours);
    }
  }
}

/** Whether so many roads are seen at once that halos would hide more of the others than they set off, and cost half the time. */
function isDense(network, view) {
  if (network.count <= DENSE) return false;
  let seen = 0;
  for (let line = 0; line < network.count; line++) seen += network.lines.meets(line, view);
  return seen > DENSE;
}

/** The line pattern of a status: form before colour, so that a grey print tells them apart. */
export function drawStatus(pen, path, status, w, colours) {
  if (status === "o") stroke(pen, path, colours.open, w);
  else if (status === "c") {
    stroke(pen, path, colours.contestedCasing, w + 1.1);
    stroke(pen, path, colours.contested, w, [3.2 * w + 1.5, 2 * w + 1]);
  } else if (status === "b") stroke(pen, path, colours.blocked, 1.25 * w, [0.1, 2 * w], 1, "round");
  else stroke(pen, path, colours.unknown, 0.8 * w, [4 * w + 2, 2 * w, w, 2 * w]);
}
