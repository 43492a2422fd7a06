// The time slider moves the statuses on the map; the page follows when the hand lets go.

import { select } from "./core.js";

const slider = document.querySelector("#slide"), form = document.querySelector("#slider");
const clock = document.querySelector("#slide-at"), host = document.querySelector("#access-map");
const HOUR_S = 3600;

/** Where the slider stands, as the form's clock shows it: hours after the rail's first midnight, which is local. */
function moment(hours) {
  const first = new Date(`${clock.defaultValue}:00Z`);
  const start = Number(slider.defaultValue);
  return new Date(first.getTime() + (hours - start) * HOUR_S * 1000).toISOString().slice(0, 16);
}

slider?.addEventListener("input", () => {
  clock.value = moment(Number(slider.value));
  const address = new URL(form.dataset.status, location.href);
  address.searchParams.set("at", clock.value);
  if (form.dataset.known) address.searchParams.set("known", form.dataset.known);
  host?.map?.setAsOf(address.pathname + address.search);
});
slider?.addEventListener("change", () => form.requestSubmit());

// What is chosen on the map is told beside it: the panel is the server's, so the page goes there.
document.addEventListener("qafila:select", (event) => {
  const address = new URL(location.href);
  const id = event.detail.id;
  if (!/^(segment|gate|place):/.test(id)) return;
  address.searchParams.set("sel", id);
  fetch(address, { headers: { "X-Requested-With": "panel" } })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(`${answer.status}`))))
    .then((text) => {
      const page = new DOMParser().parseFromString(text, "text/html");
      document.querySelector(".side").replaceWith(page.querySelector(".side"));
      document.querySelector(".side").scrollTop = 0;
    })
    .catch(() => location.assign(address));
});
document.querySelector(".side")?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") select("");
});
