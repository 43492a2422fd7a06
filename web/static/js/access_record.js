// Recording: another kind shows its fields and a look shows its effect, both without leaving what was typed.

const form = document.querySelector("#report"), kind = document.querySelector("#f-kind");
const map = document.querySelector("#effect-map");

const PART = { "X-Requested-With": "part" };
const parse = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

kind.addEventListener("change", async () => {
  const address = new URL(kind.dataset.kind, location.href);
  address.searchParams.set("kind", kind.value);
  try {
    const answer = await fetch(address, { headers: PART });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const page = await parse(answer);
    document.querySelector("#fields").replaceWith(page.querySelector("#fields"));
    form.elements.seen?.remove();
  } catch {
    // Without an answer the form itself asks: its button shows the fields.
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: "kind" });
    form.append(hidden);
    form.submit();
  }
});

form.addEventListener("submit", async (event) => {
  if (event.submitter?.value === "save") return;
  event.preventDefault();
  const body = new FormData(form);
  body.set("do", "preview");
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: PART });
    if (!answer.ok && answer.status !== 422) throw new Error(`${answer.status}`);
    show(await parse(answer));
  } catch {
    form.submit();
  } finally {
    form.removeAttribute("aria-busy");
    delete form.dataset.sent;
  }
});

/** Put the answer's fields, complaints and effect in place; the map keeps its roads and shows the new effect. */
function show(page) {
  const parts = form.querySelectorAll(":scope > section"), fresh = page.querySelectorAll("#report > section");
  for (const index of [0, 1]) {
    for (const [there, here] of pairs(fresh[index], parts[index])) here.replaceWith(there);
  }
  kindListens();
  form.elements.seen?.remove();
  const seen = page.querySelector("#report > [name=seen]");
  if (seen) form.prepend(seen);
  for (const old of parts[2].querySelectorAll(":scope > :not(.map, script)")) old.remove();
  parts[2].prepend(...fresh[2].querySelectorAll(":scope > :not(.map, script)"));
  map.map?.setOverlay(JSON.parse(page.querySelector("#effect-overlay").textContent), { fit: true });
  const first = form.querySelector("[aria-invalid]") ?? parts[2].querySelector("#impact");
  if (first) {
    first.tabIndex = first.tabIndex < 0 ? -1 : first.tabIndex;
    first.focus();
  }
}

const pairs = (there, here) => [[there.querySelector(".form"), here.querySelector(".form")]];

function kindListens() {
  const fresh = document.querySelector("#f-kind");
  if (fresh !== kind) fresh.replaceWith(kind);
}
