// Clicks, fingers and keys on the map: what is selected, and what a form asks to be pointed out.

import { Hits, targetAt } from "./hits.js";
import { say } from "./words.js";
import { select } from "../core.js";

const REACH = { mouse: 8, touch: 18, keys: 26 }; // pixels

export class Picking {
  /** `chart` gives scene, stage, targets, furniture and `redrawChosen()`. */
  constructor(chart) {
    this.chart = chart;
    this.asked = null;
    const { map, element } = chart.stage;
    map.on("click", (event) => this.#at(event.containerPoint, event.originalEvent?.pointerType === "touch" ? REACH.touch : REACH.mouse));
    element.addEventListener("keydown", (event) => this.#key(event));
    let waiting = null;
    map.on("mousemove", (event) => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => this.#hover(event.containerPoint));
    });
    map.on("mouseout dragstart", () => this.#hover(null));
  }

  /** Ask the reader for something on the map: `{id, kind, name}`, or null where they turn away. */
  pick({ kind = "segment" } = {}) {
    this.#answer(null);
    const kinds = [kind].flat();
    const text = kinds.includes("gate") && kinds.includes("segment")
      ? say("Click a road or a gate. With keys: move it under the cross and press Enter. Esc leaves.")
      : kinds.includes("gate") ? say("Click a gate. With keys: move it under the cross and press Enter. Esc leaves.")
      : say("Click a road. With keys: move it under the cross and press Enter. Esc leaves.");
    return new Promise((resolve) => {
      this.asked = { kinds, resolve, text };
      this.chart.host.classList.add("picking");
      this.chart.tellPick(text, () => this.#answer(null));
      this.chart.stage.element.focus({ preventScroll: true });
    });
  }

  #answer(found) {
    if (!this.asked) return;
    const { resolve } = this.asked;
    this.asked = null;
    this.chart.host.classList.remove("picking");
    this.#show(null);
    this.chart.tellPick("");
    resolve(found);
  }

  #key(event) {
    if (event.key === "Escape" && this.asked) this.#answer(null);
    if (event.key !== "Enter" || event.target !== this.chart.stage.element) return;
    const [width, height] = this.chart.stage.size;
    this.#at({ x: width / 2, y: height / 2 }, REACH.keys);
    event.preventDefault();
  }

  #at(point, reach) {
    const found = this.#find(point, reach);
    if (this.asked) {
      if (found) this.#answer(found);
      else this.chart.tellPick(`${say("Nothing of that kind lies there.")} ${this.asked.text}`, () => this.#answer(null));
      return;
    }
    if (found) select(found.id);
  }

  #hover(point) {
    const found = point && this.#find(point, REACH.mouse);
    this.chart.stage.element.classList.toggle("over", !!found);
    this.#show(found && this.asked && found.kind === "segment" ? found.line : null);
  }

  #show(line) {
    const { scene } = this.chart;
    if (scene.hover === line) return;
    scene.hover = line;
    this.chart.redrawChosen();
  }

  /** What lies at a point: symbols first, then ways and roads; ways that share a road take turns. */
  #find({ x, y }, reach) {
    const { scene, stage, targets } = this.chart, [dx, dy] = stage.pad ?? [0, 0];
    const wants = (kind) => !this.asked || this.asked.kinds.includes(kind);
    const target = targetAt(targets, x + dx, y + dy, reach, (one) => wants(one.kind) && (!one.quiet || !!this.asked));
    if (target) return { id: target.id, kind: target.kind, name: target.name, at: target.at };
    const { network } = scene;
    if (!network || !stage.view) return null;
    if (this.hits?.lines !== network.lines) this.hits = new Hits(network);
    const near = this.hits.near(stage.view, x + dx, y + dy, reach);
    if (!near.length) return null;
    if (!this.asked && !scene.overlay.roadsFirst) {
      for (const line of near) {
        const ways = [...new Set(scene.overlay.routes.filter((route) => route.lines.includes(line)).map((route) => route.sel))];
        if (ways.length) return { id: ways[(ways.indexOf(scene.selected) + 1) % ways.length], kind: "convoy" };
      }
    }
    if (!wants("segment")) return null;
    return { id: `segment:${network.ids[near[0]]}`, kind: "segment", name: network.names[near[0]], line: near[0] };
  }
}
