// The page's own colours, read again whenever the theme or the medium changes.

const NAMES = [
  "sea", "land", "home", "ribbon", "ink", "ink-2", "ink-3", "sheet", "paper", "road", "halo", "mark", "open", "contested",
  "contested-casing", "blocked", "unknown", "route-halo", "route-case", "rule-2", "adm", "sea-ink",
];

export function readColours(element) {
  const style = getComputedStyle(element), colours = {};
  for (const name of NAMES) colours[name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())] = style.getPropertyValue(`--${name}`).trim();
  colours.font = style.getPropertyValue("--sans").trim() || "sans-serif";
  return colours;
}

/** Call back after the reader, the machine or the printer changed the colours; `printing` tells which. */
export function watchColours(changed) {
  const call = () => changed(matchMedia("print").matches);
  new MutationObserver(call).observe(document.documentElement, { attributeFilter: ["data-theme", "class"] });
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "print"]) {
    matchMedia(query).addEventListener("change", call);
  }
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
