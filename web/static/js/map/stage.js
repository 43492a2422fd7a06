// The moving picture: Leaflet turns fingers, wheel and keys into a view; four canvases and one SVG are drawn for it.

import "../../vendor/leaflet.js";
import { View } from "./view.js";
import { calm } from "./theme.js";

const L = window.L;
const AHEAD = 0.12; // drawn beyond each edge, as a share of the size, so that dragging shows no gap at once
const QUICK_MS = 30;
const SVG = "http://www.w3.org/2000/svg";

/** A Leaflet map without tiles on an element; `draw()` is called for each new view. */
export class Stage {
  constructor(element, draw) {
    this.element = element;
    this.draw = draw;
    this.spent = 0;
    this.map = L.map(element, {
      zoomControl: false, attributionControl: false, zoomSnap: 0.25, zoomDelta: 1, maxZoom: 16, minZoom: 3, zoomAnimation: false,
      fadeAnimation: false, inertia: !calm(), keyboardPanDelta: 90, wheelPxPerZoomLevel: 90, bounceAtZoomLimits: false, tapHold: false,
      scrollWheelZoom: false,
    });
    if (calm()) {
      const panBy = this.map.panBy.bind(this.map);
      this.map.panBy = (offset, options) => panBy(offset, { ...options, animate: false });
    }
    const pane = this.map.getPane("overlayPane");
    for (const name of ["ground", "marker", "ways", "chosen"]) this[name] = pane.appendChild(document.createElement("canvas"));
    this.signs = pane.appendChild(document.createElementNS(SVG, "svg"));
    this.signs.setAttribute("aria-hidden", "true");
    this.layers = [this.ground, this.marker, this.ways, this.chosen, this.signs];
    for (const layer of this.layers) layer.classList.add("map-layer");
    this.map.on("moveend", () => this.redraw());
    this.map.on("zoom move", () => this.#follow());
    this.#wheel();
  }

  /** The wheel turns the page where the page scrolls, and the map where it does not, or with Ctrl, or once it has the focus. */
  #wheel() {
    this.element.addEventListener("wheel", (event) => {
      const page = document.scrollingElement, scrolls = page.scrollHeight > page.clientHeight + 1;
      const ours = event.ctrlKey || event.metaKey || !scrolls || this.element.contains(document.activeElement);
      if (ours) this.map.scrollWheelZoom.enable();
      else this.map.scrollWheelZoom.disable();
    }, { capture: true, passive: true });
  }

  get size() {
    const { x, y } = this.map.getSize();
    return [x, y];
  }

  /** The view that the layers are drawn for: a little larger than what is seen. */
  #view() {
    const [width, height] = this.size, dx = Math.round(width * AHEAD), dy = Math.round(height * AHEAD);
    const corner = this.map.getPixelBounds().min;
    this.pad = [dx, dy];
    return new View({ zoom: this.map.getZoom(), left: corner.x - dx, top: corner.y - dy, width: width + 2 * dx, height: height + 2 * dy });
  }

  redraw() {
    if (this.quiet || !this.map._loaded || !this.size[0] || !this.size[1]) return;
    const began = performance.now(), view = (this.view = this.#view()), [dx, dy] = this.pad;
    const at = this.map.containerPointToLayerPoint([-dx, -dy]);
    this.corner = this.map.layerPointToLatLng(at);
    for (const layer of this.layers) {
      L.DomUtil.setTransform(layer, at, 1);
      layer.style.width = `${view.width}px`;
      layer.style.height = `${view.height}px`;
    }
    this.signs.setAttribute("viewBox", `0 0 ${view.width} ${view.height}`);
    this.draw();
    this.spent = performance.now() - began;
  }

  /** While two fingers pinch or one drags, the picture is moved; it is drawn anew at once where that is quick. */
  #follow() {
    if (!this.view || !this.corner) return;
    const scale = this.map.getZoomScale(this.map.getZoom(), this.view.zoom), at = this.map.latLngToLayerPoint(this.corner);
    for (const layer of this.layers) L.DomUtil.setTransform(layer, at, scale);
    const seen = this.map.layerPointToContainerPoint(at), [dx, dy] = this.pad, [width, height] = this.size;
    const gap = seen.x > 0 || seen.y > 0 || seen.x + this.view.width < width || seen.y + this.view.height < height;
    if (scale === 1 && gap && dx + dy > 0 && this.spent < QUICK_MS) this.redraw();
  }

  /** A pen on a layer, its pixels as fine as the screen's or the printer's. */
  pen(layer, printing = false) {
    const dots = printing ? 3 : Math.min(2, devicePixelRatio || 1), { width, height } = this.view;
    const w = Math.round(width * dots), h = Math.round(height * dots);
    if (layer.width !== w || layer.height !== h) {
      layer.width = w;
      layer.height = h;
    }
    const pen = layer.getContext("2d");
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    return pen;
  }

  fit([west, south, east, north], { start = [18, 18], end = [18, 18] } = {}) {
    this.map.options.zoomSnap = 0;
    this.quiet = true;
    this.map.fitBounds([[south, west], [north, east]], { paddingTopLeft: start, paddingBottomRight: end, animate: false, maxZoom: 14 });
    this.map.options.zoomSnap = 0.25;
    this.quiet = false;
    this.redraw();
  }

  /** Keep within what the basemap covers: beyond it no coast is drawn. */
  stayWithin([west, south, east, north]) {
    const box = L.latLngBounds([[south, west], [north, east]]);
    this.quiet = true;
    this.map.setMaxBounds(box);
    this.map.setMinZoom(Math.max(3, this.map.getBoundsZoom(box, true)));
    this.quiet = false;
  }
}
