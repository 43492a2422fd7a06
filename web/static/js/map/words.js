// The map's words in the reader's language. The sources are English; other languages come from the server's catalogue.

let catalogue = {}, caution = "", asked = null;

/** Learn a language's words, and the crisis's words of caution, once; without them the English ones are shown. */
export function learnWords({ needCaution = false } = {}) {
  const language = document.documentElement.lang || "en";
  if (language.startsWith("en") && !needCaution) return Promise.resolve();
  asked ??= ask(language).catch(() => { asked = null; });
  return asked;
}

async function ask(language) {
  // Next to /static/<digest>/js/map/, wherever the site is mounted.
  const address = new URL("../../../../data/words", import.meta.url);
  address.searchParams.set("lang", language);
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`words: ${answer.status}`);
  const body = await answer.json();
  catalogue = body.words;
  caution = body.disclaimer;
}

/** The words of caution that stand on every map of the crisis, where the page has not given them. */
export const cautionWords = () => caution;

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
