// The road network as the server sends it, unpacked once.

import { Lines, worldX, worldY } from "./view.js";

const WIDTH_CLASS = { motorway: 2, primary: 1, secondary: 1, tertiary: 0, urban: 0, track: 0 };

export class Network {
  constructor(body) {
    const { segments, units } = body;
    this.digest = body.network;
    this.count = segments.class.length;
    this.places = body.places.map(([id, name, nameAr, lon, lat, kind], rank) => ({
      id, name, nameAr, rank, kind: body.kinds[kind], at: [lon / units, lat / units], x: worldX(lon / units), y: worldY(lat / units),
    }));
    this.gates = body.gates.map(([id, name, nameAr, place], index) => {
      const { at, x, y } = this.places[place];
      return { id, name, nameAr, index, at, x, y, segments: [] };
    });
    this.ids = segments.id.map((id, i) => id || `${this.places[segments.from[i]].id}--${this.places[segments.to[i]].id}`);
    this.names = segments.name.map((name) => body.names[name]);
    this.width = Uint8Array.from(segments.class, (road) => WIDTH_CLASS[body.classes[road]] ?? 0);
    this.lines = new Lines(segments.shape, units);
    this.index = new Map(this.ids.map((id, i) => [id, i]));
    segments.gate.forEach((gate, i) => gate >= 0 && this.gates[gate].segments.push(i));
    this.gateIndex = new Map(this.gates.map((gate, i) => [gate.id, i]));
  }

  /** `[west, south, east, north]` of all segments. */
  bounds() {
    let w = 180, s = 90, e = -180, n = -90;
    for (const { at: [lon, lat] } of this.places) {
      w = Math.min(w, lon); e = Math.max(e, lon);
      s = Math.min(s, lat); n = Math.max(n, lat);
    }
    return w <= e ? [w, s, e, n] : null;
  }

  /** The segments of a list of ids that are known here. */
  known(ids) {
    return ids.map((id) => this.index.get(id)).filter((i) => i !== undefined);
  }
}

/** Statuses in the network's order. Refuses those of another network: they would be painted on the wrong roads. */
export class Statuses {
  constructor(body, network) {
    if (body.network !== network.digest || body.segments.length !== network.count || body.gates.length !== network.gates.length) {
      throw new OtherNetwork();
    }
    this.segments = body.segments;
    this.gates = body.gates;
    this.counts = body.counts;
    this.asOf = body.as_of;
  }
}

export class OtherNetwork extends Error {}

/** Land, borders and names of countries, where the crisis is on this earth. */
export class Basemap {
  constructor(body) {
    const units = 10000;
    this.covers = body.applies_to;
    this.land = new Lines(body.land.flat(), units);
    this.borders = new Lines(body.borders, units);
    this.disputed = new Lines(body.disputed, units);
    this.labels = body.labels.map((label) => ({ ...label, x: worldX(label.at[0]), y: worldY(label.at[1]) }));
    this.source = body.source;
  }

  appliesTo([west, south, east, north]) {
    const [w, s, e, n] = this.covers;
    return west >= w && south >= s && east <= e && north <= n;
  }
}
