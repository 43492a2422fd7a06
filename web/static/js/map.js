// Maps of the pages: `<div class="map" data-map data-status data-overlay>` is mounted on load; see map/ for the parts.

import { selected } from "./core.js";
import { NotLoaded, fetchJson, timeless } from "./map/fetching.js";
import { Furniture } from "./map/furniture.js";
import { drawGround } from "./map/ground.js";
import { Insets, insetSize } from "./map/insets.js";
import { cornersOf, emptiestCorner, fillKey, scaleBar } from "./map/key.js";
import { arrange } from "./map/layout.js";
import { Basemap, Network, OtherNetwork, Statuses } from "./map/network.js";
import { boundsOf, prepare, readOverlay } from "./map/overlay.js";
import { Picking } from "./map/picking.js";
import { drawRoads, groupRoads } from "./map/roads.js";
import { drawChosen, drawMarker, drawWays } from "./map/routes.js";
import { bringIntoView } from "./map/seeing.js";
import { Stage } from "./map/stage.js";
import { signIcon } from "./map/symbols.js";
import { readColours, watchColours } from "./map/theme.js";
import { cautionWords, learnWords, say } from "./map/words.js";

const DEBOUNCE_MS = 120;
const SLOW_MS = 600;
const BASEMAP = new URL("../vendor/basemap.json", import.meta.url);
const NARROW = 560; // pixels: the key is folded

class Chart {
  constructor(host) {
    this.host = host;
    this.furniture = new Furniture(host);
    this.memory = new Map();
    this.targets = [];
    this.raw = readOverlay(host.dataset.overlay);
    this.scene = {
      network: null, statuses: null, groups: new Map(), basemap: null, overlay: prepare(this.raw, null), selected: selected(),
      hover: null, rightToLeft: document.documentElement.dir === "rtl", colours: readColours(host),
    };
    this.statusAddress = host.dataset.status || "";
    this.stage = new Stage(this.furniture.ground, () => this.draw());
    this.insets = new Insets(host, (inset) => this.#open(inset));
    this.picking = new Picking(this);
    this.#listen();
    this.api = {
      element: host,
      setAsOf: (address) => this.setAsOf(address),
      setOverlay: (overlay, options) => this.setOverlay(overlay, options),
      pick: (wish) => this.pick(wish),
      fit: () => this.fit(),
      at: ([x, y]) => Object.values(this.stage.map.containerPointToLatLng([x, y])).slice(0, 2).reverse(),
    };
    host.map = this.api;
    this.api.ready = this.#load().then(() => this.api);
  }

  // -------------------------------------------------------------------------------------------------------------------
  // What pages call

  /** Show the statuses of another as-of; of quick calls only the last is asked and drawn. */
  setAsOf(address) {
    this.statusAddress = address;
    this.#wait(true);
    clearTimeout(this.timer);
    this.asking?.abort();
    return new Promise((resolve) => {
      this.timer = setTimeout(() => resolve(this.#loadStatus()), DEBOUNCE_MS);
    });
  }

  /** Draw other ways and points; the view stays unless `fit` is asked for. */
  setOverlay(overlay, { fit = false } = {}) {
    this.raw = overlay;
    this.scene.overlay = prepare(overlay, this.scene.network);
    this.#furnish();
    if (fit) this.fit();
    else this.draw();
  }

  pick(wish) {
    return this.picking.pick(wish);
  }

  fit() {
    const bounds = boundsOf(this.scene.overlay, this.scene.network);
    if (!bounds || !this.stage.size[0]) return;
    const size = this.stage.size, { rightToLeft } = this.scene, { foot } = this.furniture;
    const inset = insetSize(size, this.scene.overlay.insets.length, 0);
    this.insets.build(this.scene.overlay.insets, inset, rightToLeft, size);
    this.furniture.foot.style.setProperty("--beside", inset ? `${inset[0] + 22}px` : "0px");
    const side = Math.min(28, size[0] / 20), beside = inset ? inset[0] + 20 : side;
    this.#moved(false);
    this.fitting = true;
    this.stage.fit(bounds, { start: [rightToLeft ? beside : side, 14], end: [rightToLeft ? side : beside, Math.min(foot.offsetHeight, size[1] / 4) + 6] });
    this.fitting = false;
    this.#placeKey();
    this.redrawSigns();
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Loading

  async #load() {
    const { map: roads, disclaimer } = this.host.dataset, words = learnWords({ needCaution: !disclaimer });
    this.furniture.tell("");
    this.#wait(true);
    words.then(() => this.furniture.name(disclaimer || cautionWords()));
    const slow = setTimeout(() => this.furniture.tell(say("Loading roads")), SLOW_MS);
    try {
      const [network, basemap] = await Promise.all([
        roads ? fetchJson(timeless(roads)).catch(unlessRefused) : null,
        fetchJson(BASEMAP).catch(() => null), // a missing coast is a plainer map, not a wrong one
        words,
      ]);
      if (network) this.scene.network = new Network(network);
      this.scene.overlay = prepare(this.raw, this.scene.network);
      const bounds = boundsOf(this.scene.overlay, this.scene.network), made = basemap && new Basemap(basemap);
      if (made && bounds && made.appliesTo(bounds)) this.scene.basemap = made;
    } catch (error) {
      await words;
      this.#failed(error, say("Roads not loaded"), () => this.#load());
      return;
    } finally {
      clearTimeout(slow);
    }
    this.furniture.tell("");
    this.#group();
    this.furniture.name(disclaimer || cautionWords(), this.scene.basemap?.source);
    this.#furnish();
    this.fit();
    if (this.scene.basemap) this.stage.stayWithin(this.scene.basemap.covers);
    await this.#loadStatus();
    this.host.dispatchEvent(new CustomEvent("qafila:map", { bubbles: true, detail: { map: this.api } }));
  }

  async #loadStatus() {
    if (!this.statusAddress || !this.scene.network) {
      this.#wait(false);
      return;
    }
    this.#wait(true);
    this.asking?.abort();
    const asking = (this.asking = new AbortController()), address = new URL(this.statusAddress, location.href);
    address.searchParams.set("v", this.scene.network.digest);
    try {
      const body = await fetchJson(address, { signal: asking.signal });
      if (asking !== this.asking) return;
      this.#show(new Statuses(body, this.scene.network));
    } catch (error) {
      if (asking.signal.aborted) return;
      this.#failed(error, say("Status not loaded"), () => this.#loadStatus());
    }
  }

  #show(statuses) {
    this.scene.statuses = statuses;
    this.#group();
    this.furniture.tell("");
    this.host.classList.remove("unloaded");
    this.#wait(false);
    this.#furnish();
    this.draw();
    if (statuses) this.#announce({ ok: true, counts: statuses.counts, asOf: statuses.asOf });
  }

  /** What was shown is taken away: an old "open" must not stand there as if it held now. */
  #failed(error, text, again) {
    this.#wait(false);
    this.scene.statuses = null;
    this.#group();
    this.host.classList.add("unloaded");
    this.#furnish();
    const reload = [say("Load the page again"), () => location.reload()], why = error instanceof OtherNetwork ? "reload" : error.why;
    const [more, button] = {
      reload: [say("The road network has changed since this page was opened."), reload],
      "signed-out": [say("You are signed out."), reload],
      refused: [say("Your role does not see this."), null],
    }[why] ?? [say("The server did not answer."), [say("Try again"), again]];
    this.furniture.tell(`${text}. ${more}`, { urgent: true, buttons: button ? [button] : [], sign: signIcon("u") });
    if (!(error instanceof NotLoaded || error instanceof OtherNetwork)) console.error(error);
    if (!this.stage.view) this.fit();
    this.draw();
    this.#announce({ ok: false, counts: null, asOf: null });
  }

  #wait(yes) {
    this.host.classList.toggle("waiting", yes);
    this.host.setAttribute("aria-busy", String(yes));
  }

  #announce(detail) {
    this.host.dispatchEvent(new CustomEvent("qafila:status", { bubbles: true, detail }));
  }

  #group() {
    if (this.scene.network) this.scene.groups = groupRoads(this.scene.network, this.scene.statuses);
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Drawing

  draw() {
    const { stage, scene } = this;
    if (!stage.view) return;
    const pen = stage.pen(stage.ground, this.printing);
    drawGround(pen, stage.view, scene);
    drawRoads(pen, stage.view, scene);
    if (this.insets.showFor(stage.view)) this.#placeKey();
    this.furniture.scale.innerHTML = scaleBar(stage.view.kmPerPixel, scene.rightToLeft);
    drawWays(stage.pen(stage.ways, this.printing), stage.view, scene);
    this.redrawChosen();
    this.redrawSigns();
    this.insets.draw(scene, this.printing ? 3 : Math.min(2, devicePixelRatio || 1));
  }

  /** Draw what a selection changes on the roads: the marker and the way on top of the others. */
  redrawChosen() {
    const { stage, scene } = this;
    if (!stage.view) return;
    drawMarker(stage.pen(stage.marker, this.printing), stage.view, scene);
    drawChosen(stage.pen(stage.chosen, this.printing), stage.view, scene);
  }

  redrawSigns() {
    const { stage, scene, furniture } = this;
    const [dx, dy] = stage.pad, [width, height] = stage.size;
    const avoid = [...furniture.boxes(), ...this.insets.boxes].map(([x0, y0, x1, y1]) => [x0 + dx, y0 + dy, x1 + dx, y1 + dy]);
    const { markup, targets } = arrange(stage.view, scene, { visible: [dx, dy, dx + width, dy + height], avoid, frames: this.insets.frames, memory: this.memory });
    stage.signs.innerHTML = markup;
    this.targets = targets;
  }

  /** Write the key anew. */
  #furnish() {
    const narrow = this.stage.size[0] < NARROW || this.stage.size[1] < 260;
    fillKey(this.furniture.key, { ...this.scene, quiet: !this.statusAddress }, narrow);
    if (this.stage.view && this.keySize !== `${this.furniture.key.offsetWidth}x${this.furniture.key.offsetHeight}`) this.#placeKey();
  }

  #placeKey() {
    const { key, foot } = this.furniture;
    if (key.hidden || !this.stage.view) return;
    this.keySize = `${key.offsetWidth}x${key.offsetHeight}`;
    this.insets.showFor(this.stage.view);
    const [box] = this.insets.boxes, beside = box ? box[2] - box[0] : 0;
    foot.style.setProperty("--beside", beside ? `${beside + 12}px` : "0px");
    const corner = emptiestCorner(cornersOf(this.furniture, this.stage, beside, this.scene.rightToLeft), this.scene, this.stage.view);
    if (corner) this.furniture.moveKey(corner.at);
  }

  tellPick(text, leave) {
    if (!text && this.host.classList.contains("unloaded")) return;
    this.furniture.tell(text, { buttons: text ? [[say("Leave"), leave]] : [] });
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Listening

  #listen() {
    const { map } = this.stage;
    document.addEventListener("qafila:select", ({ detail }) => this.#select(detail.id));
    map.on("dragstart zoomstart", () => { if (!this.fitting) this.#moved(true); });
    this.furniture.ground.addEventListener("keydown", (event) => { if (event.key.startsWith("Arrow")) this.#moved(true); });
    this.furniture.ground.addEventListener("keydown", () => this.host.classList.add("keys"));
    this.furniture.ground.addEventListener("pointermove", () => this.host.classList.remove("keys"));
    this.furniture.zoom.addEventListener("click", (event) => {
      const wish = event.target.closest("[data-zoom]")?.dataset.zoom;
      if (wish === "in") map.zoomIn();
      else if (wish === "out") map.zoomOut();
      else if (wish === "whole") this.fit();
    });
    new ResizeObserver(() => {
      map.invalidateSize({ pan: false });
      if (!this.hasMoved) this.fit();
      else this.#placeKey();
      this.#furnish();
      this.stage.redraw();
    }).observe(this.host);
    watchColours((printing) => {
      this.printing = printing;
      if (printing) map.invalidateSize({ pan: false });
      this.scene.colours = readColours(this.host);
      this.stage.redraw();
    });
    // A page taken back out of the browser's memory shows the past until it has asked again.
    addEventListener("pageshow", (event) => event.persisted && this.#loadStatus());
    this.furniture.key.addEventListener("toggle", () => this.#placeKey(), true);
  }

  /** Once a reader has moved the map it is no longer fitted when the window changes. */
  #moved(yes) {
    this.hasMoved = yes;
    this.host.classList.toggle("moved", yes);
  }

  #select(id) {
    this.scene.selected = id;
    if (!this.stage.view) return;
    if (bringIntoView(id, this.scene, this.stage.map, this.insets.frames)) this.#moved(true);
    this.redrawChosen();
    this.redrawSigns();
    this.insets.draw(this.scene, Math.min(2, devicePixelRatio || 1), true);
  }

  #open({ bounds }) {
    this.#moved(true);
    this.stage.fit(bounds);
    this.stage.element.focus({ preventScroll: true });
  }
}

/** Who may not see roads has a map of places alone. */
function unlessRefused(error) {
  if (error.why === "refused") return null;
  throw error;
}

const charts = new WeakMap();

/** Mount one map, once; returns what a page may do with it. */
export function mountMap(element) {
  if (!charts.has(element)) charts.set(element, new Chart(element));
  return charts.get(element).api;
}

for (const place of document.querySelectorAll("div.map[data-map], div.map[data-overlay]")) mountMap(place);
