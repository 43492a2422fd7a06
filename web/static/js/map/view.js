// Where things lie: degrees, world units (one 256-pixel Mercator world, as Leaflet's zoom 0) and pixels of one view.

const RADIANS = Math.PI / 180;
const EQUATOR_KM = 40075.017;

export const worldX = (lon) => 256 * (lon / 360 + 0.5);
export function worldY(lat) {
  const sine = Math.sin(lat * RADIANS);
  return 256 * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI));
}

/** A rectangle of the world as it lies on so many pixels. */
export class View {
  constructor({ zoom, left, top, width, height }) {
    this.zoom = zoom;
    this.scale = 2 ** zoom;
    this.left = left;
    this.top = top;
    this.width = width;
    this.height = height;
    const middle = (top + height / 2) / this.scale;
    const lat = Math.atan(Math.sinh(Math.PI * (1 - middle / 128)));
    this.kmPerPixel = (EQUATOR_KM * Math.cos(lat)) / (256 * this.scale);
  }

  /** The view that shows `[west, south, east, north]` whole and in the middle. */
  static of([west, south, east, north], width, height) {
    const x0 = worldX(west), x1 = worldX(east), y0 = worldY(north), y1 = worldY(south);
    const scale = Math.min(width / (x1 - x0), height / (y1 - y0));
    const left = ((x0 + x1) / 2) * scale - width / 2, top = ((y0 + y1) / 2) * scale - height / 2;
    return new View({ zoom: Math.log2(scale), left, top, width, height });
  }

  x(worldX_) {
    return worldX_ * this.scale - this.left;
  }

  y(worldY_) {
    return worldY_ * this.scale - this.top;
  }

  at([lon, lat]) {
    return [this.x(worldX(lon)), this.y(worldY(lat))];
  }

  holds(x, y, margin = 0) {
    return x >= -margin && y >= -margin && x <= this.width + margin && y <= this.height + margin;
  }

  /** A size that grows from the country (1 km a pixel) to the city (80 m a pixel), and stays beyond both. */
  between(country, city) {
    const share = Math.log(1 / this.kmPerPixel) / Math.log(1 / 0.08);
    return country + (city - country) * Math.min(1, Math.max(0, share));
  }
}

/** Many lines in flat arrays: drawn without making an object for each of ten thousands of points. */
export class Lines {
  /** Each shape is a list of steps in whole `units` a degree: the first point, then differences. */
  constructor(shapes, units) {
    const count = shapes.reduce((sum, shape) => sum + shape.length, 0);
    this.xy = new Float64Array(count);
    this.first = new Uint32Array(shapes.length + 1);
    this.box = new Float64Array(shapes.length * 4);
    let at = 0;
    shapes.forEach((shape, line) => {
      let lon = 0, lat = 0, x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
      for (let i = 0; i < shape.length; i += 2) {
        lon += shape[i];
        lat += shape[i + 1];
        const x = worldX(lon / units), y = worldY(lat / units);
        this.xy[at++] = x;
        this.xy[at++] = y;
        x0 = Math.min(x0, x); x1 = Math.max(x1, x);
        y0 = Math.min(y0, y); y1 = Math.max(y1, y);
      }
      this.first[line + 1] = at;
      this.box.set([x0, y0, x1, y1], line * 4);
    });
    this.count = shapes.length;
  }

  /** Whether a line's rectangle meets the view. */
  meets(line, view, margin = 12) {
    const b = line * 4;
    return (
      view.x(this.box[b + 2]) >= -margin && view.x(this.box[b]) <= view.width + margin &&
      view.y(this.box[b + 3]) >= -margin && view.y(this.box[b + 1]) <= view.height + margin
    );
  }

  /** Add lines to a path, leaving out points that no pixel tells apart. */
  trace(path, view, which, finest = 1, closed = false) {
    const { xy, first } = this, { scale, left, top } = view;
    for (const line of which) {
      if (!this.meets(line, view)) continue;
      const end = first[line + 1];
      let at = first[line], px = xy[at] * scale - left, py = xy[at + 1] * scale - top;
      path.moveTo(px, py);
      for (at += 2; at < end; at += 2) {
        const x = xy[at] * scale - left, y = xy[at + 1] * scale - top;
        if (at + 2 < end && Math.abs(x - px) + Math.abs(y - py) < finest) continue;
        path.lineTo(x, y);
        px = x;
        py = y;
      }
      if (closed) path.closePath();
    }
    return path;
  }

  /** Walk a line in pixels: `visit(x, y)` for each point. */
  walk(line, view, visit) {
    for (let at = this.first[line]; at < this.first[line + 1]; at += 2) {
      visit(this.xy[at] * view.scale - view.left, this.xy[at + 1] * view.scale - view.top);
    }
  }

  /** The point halfway along a line, in world units. */
  middle(line) {
    const a = this.first[line], b = this.first[line + 1];
    let length = 0;
    for (let i = a + 2; i < b; i += 2) length += Math.hypot(this.xy[i] - this.xy[i - 2], this.xy[i + 1] - this.xy[i - 1]);
    let left = length / 2;
    for (let i = a + 2; i < b; i += 2) {
      const x = this.xy[i - 2], y = this.xy[i - 1], step = Math.hypot(this.xy[i] - x, this.xy[i + 1] - y);
      if (step >= left && step > 0) return [x + ((this.xy[i] - x) * left) / step, y + ((this.xy[i + 1] - y) * left) / step];
      left -= step;
    }
    return [this.xy[a], this.xy[a + 1]];
  }
}
