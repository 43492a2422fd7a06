// Where labels, signs and shields find room: greedy, the most important first, never one over another.

const pen = document.createElement("canvas").getContext("2d");
const widths = new Map();

export function textWidth(text, size, bold, font) {
  const key = `${size}${bold ? "b" : ""}${text}`;
  if (!widths.has(key)) {
    if (widths.size > 20000) widths.clear();
    pen.font = `${bold ? 700 : 400} ${size}px ${font}`;
    widths.set(key, pen.measureText(text).width);
  }
  return widths.get(key);
}
document.fonts?.addEventListener?.("loadingdone", () => widths.clear());

const CELL = 64, FINE = 8;

/** The room that is left: boxes taken, and where routes run. */
export class Room {
  constructor(frame) {
    this.frame = frame; // [x0, y0, x1, y1] that everything has to stay within
    this.cells = new Map();
    this.columns = Math.ceil((frame[2] - frame[0]) / FINE) + 1;
    this.rows = Math.ceil((frame[3] - frame[1]) / FINE) + 1;
    this.routes = new Uint8Array(Math.max(1, this.columns * this.rows));
  }

  *near([x0, y0, x1, y1]) {
    for (let i = Math.floor(x0 / CELL); i <= Math.floor(x1 / CELL); i++) {
      for (let j = Math.floor(y0 / CELL); j <= Math.floor(y1 / CELL); j++) {
        const cell = this.cells.get(i * 10007 + j);
        if (cell) yield* cell;
      }
    }
  }

  take(box) {
    for (let i = Math.floor(box[0] / CELL); i <= Math.floor(box[2] / CELL); i++) {
      for (let j = Math.floor(box[1] / CELL); j <= Math.floor(box[3] / CELL); j++) {
        const key = i * 10007 + j;
        if (!this.cells.has(key)) this.cells.set(key, []);
        this.cells.get(key).push(box);
      }
    }
  }

  takeRound(x, y, r) {
    this.take([x - r, y - r, x + r, y + r]);
  }

  isTaken(box) {
    for (const other of this.near(box)) {
      if (box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]) return true;
    }
    return false;
  }

  isInside([x0, y0, x1, y1], margin = 3) {
    const [a, b, c, d] = this.frame;
    return x0 >= a + margin && y0 >= b + margin && x1 <= c - margin && y1 <= d - margin;
  }

  /** Remember where a way (weight 3) or a road (weight 1) runs, from one point to the next. */
  run(x, y, toX, toY, weight) {
    const length = Math.hypot(toX - x, toY - y), steps = Math.max(1, Math.ceil(length / FINE));
    if (length > 20000) return;
    for (let i = 0; i <= steps; i++) {
      const column = Math.floor((x + ((toX - x) * i) / steps - this.frame[0]) / FINE);
      const row = Math.floor((y + ((toY - y) * i) / steps - this.frame[1]) / FINE);
      const at = row * this.columns + column;
      if (column >= 0 && row >= 0 && column < this.columns && row < this.rows) this.routes[at] = Math.max(this.routes[at], weight);
    }
  }

  /** What lies under a box: each eight-pixel piece of a way counts 2, of a road a third of that. */
  under([x0, y0, x1, y1]) {
    let count = 0;
    const a = Math.max(0, Math.floor((x0 - this.frame[0]) / FINE)), b = Math.min(this.columns - 1, Math.floor((x1 - this.frame[0]) / FINE));
    const c = Math.max(0, Math.floor((y0 - this.frame[1]) / FINE)), d = Math.min(this.rows - 1, Math.floor((y1 - this.frame[1]) / FINE));
    for (let row = c; row <= d; row++) for (let column = a; column <= b; column++) count += this.routes[row * this.columns + column];
    return (count * 2) / 3;
  }
}

/** Find one of eight places for a label (E W NE SE NW SW N S), or null: what does not fit is left out. */
export function placeLabel(label, room, before) {
  const { x, y, size, lines, reach, font } = label;
  const width = Math.max(...lines.map((text, i) => textWidth(text, i ? size - 1.5 : size, label.bold && !i, font))) + 3;
  const height = lines[1] ? size * 2.25 : size * 1.25, away = reach + 3, slant = away * 0.72;
  const up = -height / 2 - slant + 2, down = -up;
  const places = [
    ["start", away, 0], ["end", -away, 0], ["start", slant, up], ["start", slant, down],
    ["end", -slant, up], ["end", -slant, down], ["middle", 0, -height / 2 - away], ["middle", 0, height / 2 + away],
  ];
  let best = null, least = Infinity;
  places.forEach(([anchor, dx, dy], number) => {
    const px = x + dx, py = y + dy, x0 = anchor === "start" ? px : anchor === "end" ? px - width : px - width / 2;
    const box = [x0, py - height / 2, x0 + width, py + height / 2];
    if (!room.isInside(box) || room.isTaken(box)) return;
    // A label that stood somewhere before the map was moved stays there if it can.
    const cost = number * 0.6 + room.under(box) - (number === before ? 4 : 0);
    if (cost < least) {
      least = cost;
      best = { anchor, x: px, y: py, height, box, number };
    }
  });
  if (best) room.take(best.box);
  return best;
}

const TURNS = [0, 180, 45, 315, 135, 225, 90, 270, 22, 338, 158, 202].map((degrees) => (degrees * Math.PI) / 180);

/** Find room for a shield near its anchor, ever farther away, with a line leading back to it. */
export function placeShield(width, [x, y], room, before) {
  let best = null, least = Infinity;
  for (const distance of [27, 38, 52, 70, 92]) {
    TURNS.forEach((turn, number) => {
      const mx = x + Math.cos(turn) * (distance + width / 4), my = y - Math.sin(turn) * distance;
      const box = [mx - width / 2, my - 9, mx + width / 2, my + 9], wide = [box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2];
      if (!room.isInside(wide) || room.isTaken(wide)) return;
      const key = `${distance}/${number}`;
      const cost = distance / 6 + number * 0.3 + room.under(box) - (key === before ? 6 : 0);
      if (cost < least) {
        least = cost;
        best = { box, wide, key };
      }
    });
    if (best && least < distance / 3) break;
  }
  if (best) room.take(best.wide);
  return best;
}
