// A run or a road file followed live: the server sends what changes; without a stream the page asks by itself.

const shown = document.getElementById("run-progress");
const lost = document.getElementById("run-lost");
const EVERY_MS = 3000;
let polling = 0;

function show(markup) {
  lost.hidden = true;
  // Text already shown is not written again: a screen reader would read it again.
  if (shown.dataset.last === markup) return;
  shown.dataset.last = markup;
  shown.innerHTML = markup;
  // What can be done changes with the state: only a run that is worked on has something to keep.
  const can = shown.querySelector("[data-can-keep]")?.dataset.canKeep === "yes";
  for (const form of document.querySelectorAll("[data-keep]")) form.hidden = !can;
}

const end = () => location.reload();

async function poll() {
  try {
    const answer = await fetch(shown.dataset.progress, { headers: { "X-Requested-With": "poll" } });
    // Signed out meanwhile: the page itself leads to the door and back.
    if (answer.status === 401) return end();
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.text());
    if (shown.querySelector("[data-done]")) return end();
  } catch {
    lost.hidden = false;
  }
  polling = setTimeout(poll, document.hidden ? 4 * EVERY_MS : EVERY_MS);
}

function listen() {
  const source = new EventSource(shown.dataset.events);
  source.addEventListener("progress", (event) => show(JSON.parse(event.data)));
  source.addEventListener("end", (event) => {
    source.close();
    show(JSON.parse(event.data));
    end();
  });
  source.addEventListener("error", () => {
    // Closed for good: refused (no room, signed out). Otherwise the browser tries again by itself.
    if (source.readyState === EventSource.CLOSED && !polling) polling = setTimeout(poll, 0);
    else lost.hidden = false;
  });
  source.addEventListener("open", () => { lost.hidden = true; });
}

if (shown?.dataset.events) listen();
else if (shown?.dataset.progress) polling = setTimeout(poll, EVERY_MS);
