// Ask the server; say in one word what went wrong.

const PATIENCE_MS = 60000; // a first visit over 50 kbit/s takes some fifteen seconds

/** `why` is one of: reload (the server has another network), signed-out, refused, failed. */
export class NotLoaded extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

const WHY = { 401: "signed-out", 403: "refused", 409: "reload" };

export async function fetchJson(address, { signal, cache = "default" } = {}) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let answer;
  try {
    answer = await fetch(address, {
      credentials: "same-origin", cache, headers: { Accept: "application/json" },
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    if (answer.ok) return await answer.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new NotLoaded("failed");
  }
  throw new NotLoaded(WHY[answer.status] ?? "failed");
}

/** The address of the roads without the page's clocks: they do not change with the news. */
export function timeless(address) {
  const url = new URL(address, location.href);
  for (const name of ["at", "known", "sel"]) url.searchParams.delete(name);
  return url;
}
