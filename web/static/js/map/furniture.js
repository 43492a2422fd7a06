// What stands on the map and does not move with it: buttons, key, scale, words of caution, and what is to be said now.

import { safe, say } from "./words.js";

const ICONS = {
  in: `<path d="M3 8H13M8 3V13"/>`,
  out: `<path d="M3 8H13"/>`,
  whole: `<path d="M2 6V2H6M10 2H14V6M14 10V14H10M6 14H2V10"/>`,
};

export class Furniture {
  constructor(host) {
    this.host = host;
    this.ground = part("map-ground");
    this.zoom = part("zoom map-zoom");
    this.key = part("mapkey");
    this.foot = part("map-foot");
    this.note = document.createElement("p");
    this.note.className = "mapnote";
    this.scale = part("map-scale-box");
    this.foot.append(this.scale, this.note);
    this.reticle = part("map-reticle");
    this.reticle.setAttribute("aria-hidden", "true");
    this.message = part("map-say");
    this.message.setAttribute("aria-live", "polite");
    host.append(this.ground, this.zoom, this.key, this.foot, this.reticle, this.message);
    this.ground.tabIndex = 0;
    this.ground.setAttribute("role", "application");
    // A label that names keys is of no use on an image; the equal table is told by the page.
    host.setAttribute("role", "region");
  }

  /** Put in the words, once they are known. */
  name(disclaimer, source) {
    this.ground.setAttribute("aria-label", say("Map. Arrow keys move it, plus and minus zoom, Enter selects what lies under the cross in the middle."));
    this.zoom.innerHTML = [["in", "Zoom in"], ["out", "Zoom out"], ["whole", "Show the whole map"]].map(([name, text]) =>
      `<button type="button" data-zoom="${name}" aria-label="${safe(say(text))}" title="${safe(say(text))}"><svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">${ICONS[name]}</svg></button>`).join("");
    const made = source && say("Coasts and borders: {source}.", { source: `<bdi>${safe(source)}</bdi>` });
    this.note.innerHTML = [disclaimer && safe(disclaimer), made && `<span class="map-source">${made}</span>`].filter(Boolean).join(" ");
    this.note.hidden = !this.note.textContent;
  }

  /** Say something on the map, with buttons `[text, deed]`; nothing takes it away. */
  tell(text, { urgent = false, buttons = [], sign = "" } = {}) {
    this.message.replaceChildren();
    this.message.classList.toggle("urgent", urgent);
    if (urgent) this.message.setAttribute("role", "alert");
    else this.message.removeAttribute("role");
    this.message.hidden = !text;
    if (!text) return;
    const line = document.createElement("span");
    line.innerHTML = sign;
    line.append(text);
    this.message.append(line);
    for (const [label, deed] of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn small";
      button.textContent = label;
      button.addEventListener("click", deed);
      this.message.append(button);
    }
  }

  /** The boxes of all furniture in the map's pixels: nothing may be written under them. */
  boxes() {
    const at = this.host.getBoundingClientRect();
    return [this.zoom, this.key, this.scale, this.note, this.message].filter((one) => !one.hidden && one.offsetParent).map((one) => {
      const box = one.getBoundingClientRect();
      return [box.left - at.left - 4, box.top - at.top - 4, box.right - at.left + 4, box.bottom - at.top + 4];
    });
  }

  /** Lay the key's upper left corner somewhere, in the map's pixels. */
  moveKey([x, y]) {
    Object.assign(this.key.style, { left: `${Math.round(x)}px`, top: `${Math.round(y)}px` });
  }
}

function part(name) {
  const element = document.createElement("div");
  element.className = name;
  return element;
}
