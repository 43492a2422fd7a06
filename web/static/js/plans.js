// The page of a plan: the selected convoy's lane, row and day come into view together; the lanes can be shown all.

import { select, selected } from "./core.js";

const chart = document.getElementById("times");
const own = [...document.querySelectorAll("[data-for^='convoy:']")];
let shown = own.find((block) => !block.hidden)?.dataset.for ?? "";

/** Bring an element into view inside its own scrolling list, without moving the page. */
function reveal(element, list) {
  if (!element || !list) return;
  const inside = element.getBoundingClientRect(), frame = list.getBoundingClientRect();
  const head = list.querySelector("thead")?.offsetHeight ?? 0;
  if (inside.top < frame.top + head) list.scrollTop -= frame.top + head - inside.top;
  else if (inside.bottom > frame.bottom) list.scrollTop += inside.bottom - frame.bottom;
}

function follow(id) {
  const known = own.some((block) => block.dataset.for === id);
  if (known) shown = id;
  // A site or a gate may be selected: the convoy shown last stays drawn large.
  for (const block of own) block.hidden = block.dataset.for !== shown;
  const lane = document.querySelector(`.lanes > [data-sel="${CSS.escape(shown)}"]`);
  const row = document.querySelector(`.conv [data-sel="${CSS.escape(shown)}"]`);
  if (!known && !selected()) for (const element of [lane, row]) element?.classList.add("sel");
  reveal(lane, document.querySelector(".lanes"));
  reveal(row, row?.closest(".list"));
  const card = id.startsWith("site:") && document.querySelector(`.unmet[data-sel="${CSS.escape(id)}"]`);
  if (card) {
    const more = card.closest("details.more");
    if (more) more.open = true;
    reveal(card, card.closest(".list"));
  }
  for (const day of chart?.querySelectorAll(".axis .day") ?? []) {
    if (lane && day.dataset.day === lane.dataset.day) day.setAttribute("aria-current", "true");
    else day.removeAttribute("aria-current");
  }
}

document.addEventListener("qafila:select", ({ detail }) => follow(detail.id));
follow(selected());
// Nothing chosen yet: the convoy drawn large has the marker on the map too.
if (!selected() && shown) document.dispatchEvent(new CustomEvent("qafila:select", { detail: { id: shown } }));

// A day in the head brings its first convoy into view.
chart?.addEventListener("click", (event) => {
  const day = event.target.closest(".axis .day");
  const whole = event.target.closest(".whole");
  if (day) {
    event.preventDefault();
    const first = chart.querySelector(`.lane[data-day="${day.dataset.day}"]`);
    if (first) select(first.dataset.sel);
  }
  if (whole) {
    event.preventDefault();
    chart.classList.toggle("whole");
  }
});

// Up and down walk through the convoys, in the list and on the chart.
for (const list of document.querySelectorAll(".lanes, .panel-convoys .list")) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.closest("input, select, textarea")) return;
    const all = [...list.querySelectorAll("[data-sel]")], now = all.findIndex((one) => one.dataset.sel === shown);
    const next = all[Math.min(all.length - 1, Math.max(0, now + step))];
    if (!next) return;
    event.preventDefault();
    select(next.dataset.sel);
  });
}
