// Small still maps of places where convoys crowd, framed and lettered, over empty land.

import { drawGround } from "./ground.js";
import { arrange } from "./layout.js";
import { drawRoads } from "./roads.js";
import { drawChosen, drawMarker, drawWays } from "./routes.js";
import { scaleBar } from "./key.js";
import { View } from "./view.js";
import { safe, say } from "./words.js";

const GAP = 10;
const LEAST_MAP = 700; // pixels: a narrower map has no room for insets
const LEAST = [220, 130];

/** How large each inset would be on a map of this size; null where there is no room. */
export function insetSize([width, height], count, foot) {
  if (!count || width < LEAST_MAP) return null;
  const w = Math.round(Math.min(350, width * 0.36)), h = Math.round(Math.min(w * 0.78, (height - foot - GAP * (count + 1)) / count));
  return h < LEAST[1] || w < LEAST[0] ? null : [w, h];
}

export class Insets {
  constructor(host, open) {
    this.host = host;
    this.open = open;
    this.made = [];
  }

  /** Make the frames: a column at the end side of the map. */
  build(insets, size, rightToLeft, [width]) {
    for (const { button } of this.made) button.remove();
    this.made = !size ? [] : insets.map((inset, i) => {
      const button = document.createElement("button"), [w, h] = size, x = rightToLeft ? GAP : width - w - GAP;
      button.type = "button";
      button.className = "inset";
      button.innerHTML = `<canvas class="map-layer"></canvas><svg class="map-layer" aria-hidden="true" viewBox="0 0 ${w} ${h}"></svg><span class="inset-name"><b>${safe(inset.letter)}</b> ${safe(inset.name)}</span><span class="inset-scale"></span>`;
      button.setAttribute("aria-label", say("{name}: show this place large", { name: `${inset.letter} ${inset.name}` }));
      Object.assign(button.style, { left: `${x}px`, top: `${GAP + i * (h + GAP)}px`, width: `${w}px`, height: `${h}px` });
      button.addEventListener("click", () => this.open(inset));
      this.host.append(button);
      return { inset, button, view: View.of(inset.bounds, w, h), memory: new Map(), box: [x, GAP + i * (h + GAP), x + w, GAP + i * (h + GAP) + h] };
    });
  }

  get boxes() {
    return this.shown ? this.made.map(({ box: [x0, y0, x1, y1] }) => [x0 - 5, y0 - 5, x1 + 5, y1 + 5]) : [];
  }

  get frames() {
    return this.shown ? this.made.map(({ inset }) => inset) : [];
  }

  get shown() {
    return this.made.length > 0 && !this.hidden;
  }

  /** Insets are for the whole: on a closer map they would hide what they show. Tells whether that changed. */
  showFor(view) {
    const before = this.hidden;
    this.hidden = this.made.some((one) => view.kmPerPixel < one.view.kmPerPixel * 1.6);
    for (const { button } of this.made) button.hidden = this.hidden;
    return this.hidden !== before;
  }

  /** Draw all of them; where only the selection changed their ground stays as it is. */
  draw(scene, dots, onlyChosen = false) {
    for (const one of this.shown ? this.made : []) {
      const { inset, button, view, memory } = one, canvas = button.querySelector("canvas"), pen = fresh(canvas, view, dots);
      if (!onlyChosen || !one.ground || one.ground.width !== canvas.width) {
        one.ground = document.createElement("canvas");
        const ground = fresh(one.ground, view, dots);
        drawGround(ground, view, scene);
        drawRoads(ground, view, scene);
      }
      pen.drawImage(one.ground, 0, 0, view.width, view.height);
      const layer = document.createElement("canvas"), over = fresh(layer, view, dots);
      for (const draw of [drawMarker, drawWays, drawChosen]) {
        draw(over, view, scene);
        pen.drawImage(layer, 0, 0, view.width, view.height);
      }
      const rtl = scene.rightToLeft, from = (width) => (rtl ? [view.width - width, view.width] : [0, width]);
      const [a, b] = from(26 + 7 * inset.name.length), [c, d] = from(130);
      const { markup } = arrange(view, scene, {
        visible: [0, 0, view.width, view.height], avoid: [[a, 0, b, 22], [c, view.height - 26, d, view.height]], memory,
      });
      button.querySelector("svg").innerHTML = markup;
      button.querySelector(".inset-scale").innerHTML = scaleBar(view.kmPerPixel, rtl, 80).replace(/role="img" aria-label="[^"]*"/, 'aria-hidden="true"');
    }
  }
}

function fresh(canvas, view, dots) {
  canvas.width = Math.round(view.width * dots);
  canvas.height = Math.round(view.height * dots);
  const pen = canvas.getContext("2d");
  pen.scale(dots, dots);
  return pen;
}
