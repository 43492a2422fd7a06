// What the page wants drawn over the roads, brought into one form once the network is known.

const EMPTY = { routes: [], points: [], shields: [], signs: [], insets: [] };

export function readOverlay(id) {
  const block = id && document.getElementById(id);
  return block ? JSON.parse(block.textContent) : {};
}

/** Segments become numbers of the network; convoys without a shield get one where they share their road least. */
export function prepare(raw, network) {
  const overlay = { ...EMPTY, ...raw };
  const lines = (ids) => (network ? network.known(ids ?? []) : []);
  overlay.routes = overlay.routes.map((route) => ({ ...route, lines: [...new Set(lines(route.segments))] }));
  overlay.changed = { added: lines(raw.changed?.added), removed: lines(raw.changed?.removed) };
  const has = new Set(overlay.shields.map((shield) => shield.sel));
  const used = new Map();
  for (const route of overlay.routes) for (const line of route.lines) used.set(line, (used.get(line) ?? 0) + 1);
  overlay.shields = overlay.shields.map((shield) => ({ ...shield, held: shield.held ?? isHeld(overlay, shield.sel) }));
  for (const route of overlay.routes) {
    if (!route.label || has.has(route.sel) || !route.lines.length) continue;
    has.add(route.sel);
    overlay.shields.push({ sel: route.sel, text: route.label, at: ownStretch(route.lines, used, network), held: route.state === "held" });
  }
  return overlay;
}

const isHeld = (overlay, sel) => overlay.routes.some((route) => route.sel === sel && route.state === "held");

/** A point on the way that the fewest other ways share; of equals the longest stretch. */
function ownStretch(lines, used, network) {
  const { box } = network.lines;
  const length = (line) => Math.hypot(box[line * 4 + 2] - box[line * 4], box[line * 4 + 3] - box[line * 4 + 1]);
  const best = lines.reduce((a, b) => (used.get(b) < used.get(a) || (used.get(b) === used.get(a) && length(b) > length(a)) ? b : a));
  return degrees(network.lines.middle(best));
}

export function degrees([x, y]) {
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - y / 128))) * 180) / Math.PI;
  return [(x / 256 - 0.5) * 360, lat];
}

/** What the first view shows: what the page says, else its points and ways, else the whole network. */
export function boundsOf(overlay, network) {
  if (overlay.bounds) return overlay.bounds;
  let w = 180, s = 90, e = -180, n = -90;
  const add = ([lon, lat]) => {
    w = Math.min(w, lon); e = Math.max(e, lon);
    s = Math.min(s, lat); n = Math.max(n, lat);
  };
  for (const point of [...overlay.points, ...overlay.shields, ...overlay.signs]) add(point.at);
  for (const line of overlay.routes.flatMap((route) => route.lines)) {
    const b = line * 4, { box } = network.lines;
    add(degrees([box[b], box[b + 1]]));
    add(degrees([box[b + 2], box[b + 3]]));
  }
  if (w > e) return network?.bounds() ?? null;
  // A single place is shown with its surroundings, some ten kilometres.
  const pad = Math.max(0.06 - (e - w) / 2, 0.06 - (n - s) / 2, 0.02 * (e - w), 0);
  return [w - pad, s - pad, e + pad, n + pad];
}
