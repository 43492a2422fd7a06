// What lies under a click: a small index of the roads by cells, for a canvas knows nothing of what it shows.

const CELL = 1 / 64; // world units: some 2 km

export class Hits {
  constructor(network) {
    this.lines = network.lines;
    this.cells = new Map();
    const { xy, first, count } = network.lines;
    for (let line = 0; line < count; line++) {
      for (let at = first[line] + 2; at < first[line + 1]; at += 2) {
        this.#put(line, at, xy[at - 2], xy[at - 1], xy[at], xy[at + 1]);
      }
    }
  }

  #put(line, at, x0, y0, x1, y1) {
    // A long straight piece is put into the cells it passes, not into the rectangle around it.
    const steps = Math.max(1, Math.ceil((2 * Math.hypot(x1 - x0, y1 - y0)) / CELL));
    let last = null;
    for (let i = 0; i <= steps; i++) {
      const key = keyOf(x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps);
      if (key === last) continue;
      last = key;
      if (!this.cells.has(key)) this.cells.set(key, []);
      this.cells.get(key).push(line, at);
    }
  }

  /** The segments within `pixels` of a point of the view, nearest first. */
  near(view, px, py, pixels) {
    const x = (px + view.left) / view.scale, y = (py + view.top) / view.scale, reach = pixels / view.scale;
    const found = new Map(), { xy } = this.lines, wide = Math.ceil(reach / CELL);
    if (wide > 60) return this.#all(x, y, reach);
    for (let i = -wide; i <= wide; i++) {
      for (let j = -wide; j <= wide; j++) {
        const cell = this.cells.get(keyOf(x + i * CELL, y + j * CELL)) ?? [];
        for (let k = 0; k < cell.length; k += 2) {
          const at = cell[k + 1], d = distance(x, y, xy[at - 2], xy[at - 1], xy[at], xy[at + 1]);
          if (d <= reach && d < (found.get(cell[k]) ?? Infinity)) found.set(cell[k], d);
        }
      }
    }
    return sorted(found);
  }

  #all(x, y, reach) {
    const found = new Map(), { xy, first, count } = this.lines;
    for (let line = 0; line < count; line++) {
      for (let at = first[line] + 2; at < first[line + 1]; at += 2) {
        const d = distance(x, y, xy[at - 2], xy[at - 1], xy[at], xy[at + 1]);
        if (d <= reach && d < (found.get(line) ?? Infinity)) found.set(line, d);
      }
    }
    return sorted(found);
  }
}

const sorted = (found) => [...found].sort((a, b) => a[1] - b[1]).map(([line]) => line);
const keyOf = (x, y) => Math.floor(x / CELL) * 65536 + Math.floor(y / CELL);

function distance(x, y, x0, y0, x1, y1) {
  const dx = x1 - x0, dy = y1 - y0, square = dx * dx + dy * dy;
  const share = square ? Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / square)) : 0;
  return Math.hypot(x - x0 - share * dx, y - y0 - share * dy);
}

/** Of symbols under a point the one whose middle is nearest; shields come before points, for they lie on top. */
export function targetAt(targets, x, y, reach, allowed) {
  let best = null, least = Infinity;
  for (const target of targets) {
    if (!allowed(target)) continue;
    let away;
    if (target.box) {
      const [x0, y0, x1, y1] = target.box;
      if (x < x0 - 3 || x > x1 + 3 || y < y0 - 3 || y > y1 + 3) continue;
      away = -1;
    } else {
      away = Math.hypot(x - target.x, y - target.y);
      if (away > Math.max(target.r + 3, reach)) continue;
    }
    if (away < least) {
      least = away;
      best = target;
    }
  }
  return best;
}
