// Access: the time slider moves the statuses on the map, what is chosen there is told beside it, an area is drawn by hand.

import { select, selected } from "./core.js";

const HOUR_MS = 3600 * 1000;
const SHARED = [".side", "#rail", "#list", ".head .asof"]; // what another time or another choice changes
const CHOOSABLE = /^(segment|gate|place|site|hub|area|box|convoy):/;
const host = document.querySelector("#access-map"), drawing = document.querySelector("#draw-area");
const told = Object.assign(document.createElement("p"), { className: "sr" });
told.setAttribute("role", "status");
document.querySelector("#main").append(told);
let asking = null;

/** Take over what the server says of another address; the map keeps its view. Where that fails the browser goes there. */
async function follow(address, { scroll = false } = {}) {
  asking?.abort();
  const mine = (asking = new AbortController());
  document.querySelector(".side").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: mine.signal, headers: { "X-Requested-With": "part" } });
    if (!answer.ok || answer.redirected && new URL(answer.url).pathname !== location.pathname) throw new Error(`${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine.signal.aborted) return;
    const focused = document.activeElement?.id;
    for (const part of SHARED) document.querySelector(part)?.replaceWith(page.querySelector(part));
    history.replaceState(history.state, "", answer.url);
    const map = page.querySelector("#access-map"), overlay = page.querySelector("#access-overlay");
    if (host.dataset.status !== map.dataset.status) {
      host.dataset.status = map.dataset.status;
      host.map?.setAsOf(map.dataset.status);
    }
    host.map?.setOverlay(JSON.parse(overlay.textContent));
    listen();
    select(selected(), { quiet: true });
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    told.textContent = document.querySelector(".side h2")?.textContent ?? "";
    if (scroll && matchMedia("(max-width: 699px)").matches) document.querySelector(".side").scrollIntoView();
  } catch (error) {
    if (!mine.signal.aborted) location.assign(address);
  }
}

function listen() {
  const slider = document.querySelector("#slide"), form = document.querySelector("#slider");
  slider.addEventListener("input", () => {
    const start = Number(form.elements.from.value) * 1000, at = new Date(start + Number(slider.value) * HOUR_MS);
    const address = new URL(form.dataset.status, location.href);
    address.searchParams.set("at", at.toISOString().slice(0, 19) + "Z");
    host.map?.setAsOf(address.pathname + address.search);
    host.dataset.status = "";
  });
  slider.addEventListener("change", () => form.requestSubmit());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    follow(`${form.action}?${new URLSearchParams(new FormData(form))}`);
  });
}
listen();

document.addEventListener("qafila:select", ({ detail }) => {
  if (detail.id && !CHOOSABLE.test(detail.id)) return;
  const address = new URL(location.href);
  address.searchParams.delete("attack");
  follow(address, { scroll: detail.id !== "" });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest?.(".side") && selected()) select("");
});

// ---------------------------------------------------------------------------------------------------------------------
// An area

const pane = Object.assign(document.createElement("div"), { className: "draw-pane", hidden: true, tabIndex: 0 });
const frame = pane.appendChild(document.createElement("div"));
pane.append(Object.assign(document.createElement("p"), { className: "draw-say", textContent: drawing.dataset.say }));
pane.setAttribute("role", "application");
pane.setAttribute("aria-label", drawing.dataset.say);
document.querySelector(".map-area").append(pane);
drawing.hidden = false;
let from = null;

function draw(on) {
  pane.hidden = !on;
  frame.hidden = true;
  from = null;
  drawing.setAttribute("aria-pressed", String(on));
  if (on) pane.focus({ preventScroll: true });
}

const spot = (event) => {
  const box = pane.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};

function choose(a, b) {
  const corners = [host.map.at(a), host.map.at(b)].flat().map((side) => side.toFixed(3));
  draw(false);
  select(`box:${corners.join(",")}`);
}

drawing.addEventListener("click", () => draw(pane.hidden));
pane.addEventListener("pointerdown", (event) => {
  from = spot(event);
  pane.setPointerCapture(event.pointerId);
});
pane.addEventListener("pointermove", (event) => {
  if (!from) return;
  const [x, y] = spot(event);
  frame.hidden = false;
  frame.style.setProperty("left", `${Math.min(x, from[0])}px`);
  frame.style.setProperty("top", `${Math.min(y, from[1])}px`);
  frame.style.setProperty("width", `${Math.abs(x - from[0])}px`);
  frame.style.setProperty("height", `${Math.abs(y - from[1])}px`);
});
pane.addEventListener("pointerup", (event) => {
  const to = spot(event), start = from;
  from = null;
  if (start && Math.hypot(to[0] - start[0], to[1] - start[1]) > 6) choose(start, to);
});
pane.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    draw(false);
    drawing.focus();
  } else if (event.key === "Enter") {
    // By keys: all that is seen; the map is moved to it before.
    choose([0, 0], [pane.clientWidth, pane.clientHeight]);
  }
});
