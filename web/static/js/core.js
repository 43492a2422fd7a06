// One selection shared by map, chart and list, kept in the address; and the few habits every page has.

const CHOSEN = "sel";

export function selected() {
  return new URLSearchParams(location.search).get(CHOSEN) ?? "";
}

/** Select an id like `convoy:C3` everywhere at once; the empty id selects nothing. */
export function select(id, { quiet = false } = {}) {
  const address = new URL(location.href);
  if (id) address.searchParams.set(CHOSEN, id);
  else address.searchParams.delete(CHOSEN);
  // Replaced, not pushed: going back leaves the page, it does not walk through every click.
  history.replaceState(history.state, "", address);
  mark(id);
  if (!quiet) document.dispatchEvent(new CustomEvent("qafila:select", { detail: { id } }));
}

function mark(id) {
  for (const element of document.querySelectorAll("[data-sel]")) {
    const chosen = id !== "" && element.dataset.sel === id;
    element.classList.toggle("sel", chosen);
    if (chosen) element.setAttribute("aria-current", "true");
    else element.removeAttribute("aria-current");
  }
  // What belongs to one selection alone is shown with it; without scripts the server has chosen already.
  for (const element of document.querySelectorAll("[data-for]")) {
    element.hidden = element.dataset.for !== id && !(id === "" && element.dataset.first !== undefined);
  }
}

const CONTROLS = "a, button, input, select, textarea, summary, label";

function onClick(event) {
  const element = event.target.closest("[data-sel]");
  if (!element) return;
  const control = event.target.closest(CONTROLS);
  const link = control && control.matches("a[data-select]") && element.contains(control);
  if (control && !link && control !== element) return;
  if (link || control === element) event.preventDefault();
  select(element.dataset.sel);
}

function onKey(event) {
  if (event.key === "Enter" || event.key === " ") {
    if (event.target.matches?.("[data-sel][tabindex]")) {
      event.preventDefault();
      select(event.target.dataset.sel);
    }
  }
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll("details.menu[open], details.asof-set[open]")) open.open = false;
  }
}

document.addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.menu[open], details.asof-set[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// A form sent twice by an impatient hand is one deed on the server; here the hand is shown that it was heard.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.sent) {
    if (form.dataset.sent) event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
  setTimeout(() => delete form.dataset.sent, 8000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// A list that shows the fields of what is chosen asks for them at once and keeps the focus, so that arrow keys walk
// through it; without scripts a button beside it does.
let wanted = 0;
document.addEventListener("change", async ({ target }) => {
  const { form, dataset } = target;
  if (!dataset?.fields) return;
  const mine = ++wanted, body = new FormData(form);
  body.set("do", "kind");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "part" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine === wanted) document.getElementById(dataset.fields).replaceWith(page.getElementById(dataset.fields));
  } catch {
    form.requestSubmit(form.querySelector("button[value=kind]"));
  }
});

// What is being worked on is asked for again now and then; when it is done, the whole page is.
const EVERY_MS = 2000;
async function poll(element) {
  try {
    const answer = await fetch(element.dataset.poll, { headers: { "X-Requested-With": "poll" } });
    // Signed out meanwhile: the page itself leads to the door and back.
    if (answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(`${answer.status}`);
    element.innerHTML = await answer.text();
    element.removeAttribute("data-stale");
    if (element.querySelector("[data-done]")) return location.reload();
  } catch {
    // Said, not hidden: what stands there may be old.
    element.dataset.stale = "1";
  }
  setTimeout(poll, document.hidden ? 4 * EVERY_MS : EVERY_MS, element);
}
for (const element of document.querySelectorAll("[data-poll]")) setTimeout(poll, EVERY_MS, element);

if (selected()) mark(selected());
window.qafila = { select, selected };
document.documentElement.dataset.scripts = "on";

// A table wider than its place can be moved by keys too.
for (const place of document.querySelectorAll(".scroll, pre")) {
  if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
}
