// What is written over the roads in one view: points, gates, signs, shields and labels, and what a click on them means.

import { Room, placeLabel, placeShield, textWidth } from "./labels.js";
import { chosenSegments } from "./routes.js";
import { codeOf, labelAt, pointAt, radiusOf, reachOf, shieldAt, signAt } from "./symbols.js";
import { safe } from "./words.js";

const GATES_BELOW_KM = 0.35; // a pixel: coarser maps show the lines' patterns alone
const CLOSE_BELOW_KM = 0.12; // the second script, every gate, signs on segments
const MANY_GATES = 20;
const PIXELS_A_TOWN = 17000;
const GREAT = 24; // so many of the most populous places are named before gates and lesser sites
const PIXELS_A_SHIELD = 18000; // square pixels: more would hide places; the rest is found in the list
const MOST_ROADS = 6000; // in larger networks labels heed planned ways alone
const RANK = { hub: 1, site: 2, unmet: 3, case: 2, gate: 4, place: 6 };

/** Lay everything out; `avoid` are boxes of furniture, `frames` insets drawn on the map. Returns markup and targets. */
export function arrange(view, scene, { visible, avoid = [], frames = [], memory }) {
  const room = new Room(visible), close = view.kmPerPixel < CLOSE_BELOW_KM, targets = [];
  for (const box of avoid) room.take(box);
  runRoutes(view, scene, room);
  let under = "", over = "";
  const boxes = frames.map((frame) => frameBox(view, frame));
  boxes.forEach(([x0, y0, x1, y1], i) => {
    over += `<rect class="m-frame" x="${x0}" y="${y0}" width="${x1 - x0}" height="${y1 - y0}"/><text class="m-lbl bold" font-size="11" x="${x0 + 3}" y="${y0 - 3}">${safe(frames[i].letter)}</text>`;
    room.take([x0, y0 - 14, x0 + 14, y0]);
  });
  const inFrame = (x, y) => boxes.some(([x0, y0, x1, y1]) => x > x0 && x < x1 && y > y0 && y < y1);

  const points = pointsOf(view, scene, close).filter((point) => point.kind === "hub" || point.selected || !inFrame(point.px, point.py));
  const markers = [], drawn = [];
  for (const point of thinned(points, close)) {
    const [marker, symbol] = pointAt(point, point.px, point.py, point.r);
    markers.push(marker);
    drawn.push(symbol);
    room.takeRound(point.px, point.py, point.r + 1);
    if (point.sign) room.takeRound(point.px + point.r + 4, point.py - point.r - 4, 7);
    point.shown = true;
    if (point.sel) targets.push({ id: point.sel, kind: point.kind, name: point.name, at: point.at, x: point.px, y: point.py, r: point.r });
  }
  over += signs(view, scene, room, close) + markers.join("") + drawn.join("");
  const labels = [...labelsOf(points.filter((point) => point.shown), scene, close), ...towns(view, scene, points, visible, inFrame)];
  const write = (label) => {
    if (label.town && room.isTaken([label.x - 3, label.y - 3, label.x + 3, label.y + 3])) return;
    const found = placeLabel(label, room, memory.get(label.key));
    if (!found) return;
    memory.set(label.key, found.number);
    over += labelAt(label, found);
    if (label.town) {
      under += pointAt({ kind: "place" }, label.x, label.y, 2.2)[1];
      room.takeRound(label.x, label.y, 3);
      targets.push({ id: `place:${label.town.id}`, kind: "place", name: label.lines[0], at: label.town.at, x: label.x, y: label.y, r: 3, quiet: true });
    }
  };
  // Warehouses and the selected place are named before shields find their room, everything else after.
  labels.sort((a, b) => a.rank - b.rank);
  labels.filter((label) => label.rank <= 1).forEach(write);
  over += shields(view, scene, room, targets, memory, inFrame);
  labels.filter((label) => label.rank > 1).forEach(write);
  return { markup: countries(view, scene, room) + under + over, targets };
}

function frameBox(view, { bounds: [west, south, east, north] }) {
  const [x0, y0] = view.at([west, north]), [x1, y1] = view.at([east, south]);
  return [Math.round(x0), Math.round(y0), Math.round(x1), Math.round(y1)];
}

function runRoutes(view, scene, room) {
  const { network, overlay } = scene;
  if (!network) return;
  const ways = new Set([...overlay.routes.flatMap((route) => route.lines), ...chosenSegments(scene)]);
  const run = (line, weight) => {
    if (!network.lines.meets(line, view)) return;
    let x = null, y = null;
    network.lines.walk(line, view, (toX, toY) => {
      if (x !== null) room.run(x, y, toX, toY, weight);
      [x, y] = [toX, toY];
    });
  };
  for (const line of ways) run(line, 3);
  if (network.count <= MOST_ROADS) for (let line = 0; line < network.count; line++) if (!ways.has(line)) run(line, 1);
}

/** The page's points and, close enough, the network's gates; each with its pixels. */
function pointsOf(view, scene, close) {
  const { overlay, network, statuses, selected, rightToLeft } = scene, found = [];
  const named = new Set();
  const add = (point) => {
    const [px, py] = view.at(point.at), r = radiusOf(point, view);
    if (view.holds(px, py, r)) found.push({ ...point, px, py, r, selected: !!point.sel && point.sel === selected });
  };
  // A page that hands over all gates leaves it to the map when they are worth showing.
  const many = overlay.points.filter((point) => point.kind === "gate" && !point.bold).length > MANY_GATES;
  for (const point of overlay.points) {
    named.add(point.sel);
    if (many && point.kind === "gate" && !point.bold && point.sel !== selected && view.kmPerPixel >= GATES_BELOW_KM) continue;
    add({ ...point, sign: codeOf(point.status), rank: point.priority ?? RANK[point.kind] ?? 5 });
  }
  if (network && view.kmPerPixel < GATES_BELOW_KM) {
    const used = new Set(overlay.routes.flatMap((route) => route.lines));
    for (const gate of network.gates) {
      const sel = `gate:${gate.id}`;
      if (named.has(sel)) continue;
      // Where convoys are planned the gates that they pass are the subject, until one looks closely.
      if (used.size && !close && sel !== selected && !gate.segments.some((segment) => used.has(segment))) continue;
      const sign = statuses ? statuses.gates[gate.index] : "", onRoute = gate.segments.some((segment) => used.has(segment));
      const [name, name2] = rightToLeft ? [gate.nameAr || gate.name, gate.name] : [gate.name, gate.nameAr];
      add({ sel, at: gate.at, kind: "gate", name, name2, sign, rank: onRoute ? RANK.gate : RANK.gate + (sign === "o" ? 3 : 2) });
    }
  } else if (network && selected.startsWith("gate:") && !named.has(selected)) {
    const gate = network.gates[network.gateIndex.get(selected.slice(5))];
    if (gate) {
      const [name, name2] = rightToLeft ? [gate.nameAr || gate.name, gate.name] : [gate.name, gate.nameAr];
      add({ sel: selected, at: gate.at, kind: "gate", name, name2, sign: statuses ? statuses.gates[gate.index] : "", rank: 0 });
    }
  }
  return found.sort((a, b) => b.selected - a.selected || a.rank - b.rank || b.r - a.r);
}

/** Where gates crowd, the less important ones wait for a closer map; the page's own points are always drawn. */
function thinned(points, close) {
  const kept = [];
  for (const point of points) {
    const crowded = point.kind === "gate" && !close && !point.selected &&
      kept.some((other) => Math.hypot(other.px - point.px, other.py - point.py) < other.r + point.r + 4);
    if (!crowded) kept.push(point);
  }
  // Large circles first: a small one inside a large one stays to be seen and hit. Squares lie over circles.
  const layer = { case: 0, unmet: 0, site: 1, place: 2, hub: 3, gate: 4 };
  return kept.sort((a, b) => a.selected - b.selected || (layer[a.kind] ?? 1) - (layer[b.kind] ?? 1) || b.r - a.r);
}

/** Signs that the page asks for; on close maps also one on each long contested or blocked stretch. */
function signs(view, scene, room, close) {
  let drawn = "";
  const put = (code, x, y, size) => {
    if (!code || code === "o" || !room.isInside([x - 7, y - 7, x + 7, y + 7], 0)) return;
    if (room.isTaken([x - 7, y - 7, x + 7, y + 7])) return;
    drawn += signAt(code, x, y, size);
    room.takeRound(x, y, size / 2 + 1);
  };
  for (const sign of scene.overlay.signs) put(codeOf(sign.status), ...view.at(sign.at), 14);
  const { network, statuses } = scene;
  if (!close || !network || !statuses) return drawn;
  const stood = [];
  for (let i = 0; i < network.count; i++) {
    const code = statuses.segments[i];
    if ((code !== "b" && code !== "c") || !network.lines.meets(i, view, -10)) continue;
    const b = i * 4, box = network.lines.box, long = Math.hypot(box[b + 2] - box[b], box[b + 3] - box[b + 1]) * view.scale;
    if (long < 60) continue;
    const [wx, wy] = network.lines.middle(i), x = view.x(wx), y = view.y(wy);
    if (stood.some(([a, c]) => Math.hypot(a - x, c - y) < 90)) continue;
    stood.push([x, y]);
    put(code, x, y, 12);
  }
  return drawn;
}

function shields(view, scene, room, targets, memory, inFrame) {
  const { overlay, selected, colours } = scene;
  let leads = "", others = "", chosen = "";
  const wanted = overlay.shields.map((shield) => ({ ...shield, selected: shield.sel === selected }));
  let left = ((room.frame[2] - room.frame[0]) * (room.frame[3] - room.frame[1])) / PIXELS_A_SHIELD;
  // The selected one first; then in the page's order.
  for (const shield of wanted.sort((a, b) => b.selected - a.selected)) {
    const anchor = view.at(shield.at), width = textWidth(shield.text, 11, true, colours.font) + 10;
    if (!room.isInside([...anchor, ...anchor], -4) || (inFrame(...anchor) && !shield.selected)) continue;
    const key = `shield ${shield.sel} ${shield.text}`;
    const found = placeShield(width, anchor, room, memory.get(key));
    if (!found) continue;
    if (--left < 0) break;
    memory.set(key, found.key);
    const [lead, markup] = shieldAt(shield, found.box, anchor);
    leads += lead;
    if (shield.selected) chosen += markup;
    else others += markup;
    targets.unshift({ id: shield.sel, kind: "convoy", name: shield.text, at: shield.at, box: found.box });
  }
  return leads + others + chosen;
}

function labelsOf(points, { colours }, close) {
  const found = [];
  for (const point of points) {
    if (!point.name) continue;
    const second = point.name2 && point.name2 !== point.name && (close || point.kind === "case") ? point.name2 : "";
    found.push({
      key: point.sel ?? point.name, x: point.px, y: point.py, reach: reachOf(point, point.r) + (point.selected ? 4 : 0), font: colours.font,
      lines: [point.name, second], size: point.bold || point.selected ? 12 : 11.5, bold: !!(point.bold || point.selected),
      rank: point.selected ? -1 : point.rank,
    });
  }
  return found;
}

/** Towns of the network by their size, as many as the view can hold, where the page has not named them itself. */
function towns(view, scene, points, visible, inFrame) {
  const { network, colours, rightToLeft, overlay } = scene, found = [];
  if (!network || overlay.towns === false) return found;
  const most = ((visible[2] - visible[0]) * (visible[3] - visible[1])) / PIXELS_A_TOWN;
  const taken = new Set(overlay.points.map((point) => point.name));
  const close = view.kmPerPixel < CLOSE_BELOW_KM;
  for (const place of network.places) {
    if (found.length >= most) break;
    if (place.kind === "junction") continue;
    const [name, second] = rightToLeft ? [place.nameAr || place.name, place.name] : [place.name, place.nameAr];
    const x = view.x(place.x), y = view.y(place.y);
    if (x < visible[0] || y < visible[1] || x > visible[2] || y > visible[3] || taken.has(name) || inFrame(x, y)) continue;
    if (points.some((point) => Math.hypot(point.px - x, point.py - y) < Math.max(5, 0.5 / view.kmPerPixel))) continue;
    found.push({
      key: `place ${place.id}`, town: place, x, y, reach: 2.5, font: colours.font, lines: [name, close && second !== name ? second : ""],
      size: 11.5, bold: false, quiet: place.kind === "village" || place.kind === "camp", rank: (place.rank < GREAT ? 2.5 : 10) + place.rank / 1e5,
    });
  }
  return found;
}

function countries(view, { basemap, colours, rightToLeft }, room) {
  let drawn = "";
  for (const label of basemap?.labels ?? []) {
    // Capitals and spacing are for Latin letters: joined scripts fall apart.
    const text = rightToLeft ? label.name_ar : label.name.toUpperCase();
    const width = textWidth(text, 11, false, colours.font) + (rightToLeft ? 0 : text.length * 2.4), x = view.x(label.x), y = view.y(label.y);
    const box = [x - width / 2 - 2, y - 9, x + width / 2 + 2, y + 4];
    if (!room.isInside(box) || room.isTaken(box)) continue;
    room.take(box);
    drawn += `<text class="m-lbl country" text-anchor="middle" x="${Math.round(x)}" y="${Math.round(y)}" font-size="11">${safe(text)}</text>`;
  }
  return drawn;
}
