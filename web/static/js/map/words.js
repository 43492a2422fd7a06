// The map's words in the reader's language. The sources are English; other languages come from the server's catalogue.

let catalogue = {};

/** Learn a language's words once; where they cannot be had the English ones are shown rather than none. */
export async function learnWords(language = document.documentElement.lang) {
  if (!language || language.startsWith("en")) return;
  try {
    // Next to /static/<digest>/js/map/, wherever the site is mounted.
    const address = new URL("../../../../data/words", import.meta.url);
    address.searchParams.set("lang", language);
    const answer = await fetch(address, { credentials: "same-origin" });
    if (answer.ok) catalogue = await answer.json();
  } catch {
    catalogue = {};
  }
}

/** Say a text, its places `{name}` filled. */
export function say(text, values = {}) {
  return (catalogue[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const SPECIAL = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Make a text from the data safe inside markup. */
export function safe(text) {
  return String(text).replace(/[&<>"']/g, (sign) => SPECIAL[sign]);
}

export function figure(value) {
  return `<bdi class="n" dir="ltr">${Number(value).toLocaleString("en-US")}</bdi>`;
}
