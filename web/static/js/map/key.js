// What explains a map: its key with counts, its scale, and the words of caution that stand on every map.

import { sampleIcon, signIcon } from "./symbols.js";
import { figure, safe, say } from "./words.js";

const STATUSES = [["o", "OPEN", "open"], ["c", "CONTESTED", "contested"], ["b", "BLOCKED", "blocked"], ["u", "UNKNOWN", "unknown"]];
const POINTS = {
  hub: [`<path class="m-solid" d="M2 2h10v10H2z"/><path class="m-hole" d="M5.5 5.5h3v3h-3z"/>`, "warehouse"],
  site: [`<circle class="m-solid" cx="7" cy="7" r="5"/>`, "served; area by people"],
  unmet: [`<circle class="m-unmet" cx="7" cy="7" r="5.6"/><circle class="m-dot" cx="7" cy="7" r="1.4"/>`, "unmet; area by people"],
  gate: [`<rect class="m-gate" x="1.5" y="1.5" width="11" height="11" rx="1"/><path class="m-bar" d="M3.5 7h7"/>`, "gate"],
  besieged: [`<circle class="m-pocket" cx="7" cy="7" r="5.6"/><circle class="m-solid" cx="7" cy="7" r="2.6"/>`, "besieged"],
  case: [`<circle class="m-case" cx="7" cy="7" r="5.6"/><circle class="m-dot" cx="7" cy="7" r="1.4"/>`, "failed; area by people"],
};
const WAYS = {
  planned: [`<path class="m-key-case" d="M0 6H22" stroke-width="5.6"/><path class="line-o" d="M0 6H22" stroke-width="2.6"/>`, "planned way, its status inside"],
  possible: [`<path class="m-key-case" d="M0 6H22" stroke-width="5.6"/><path class="m-key-core" d="M0 6H22" stroke-width="2.6"/>`, "possible way, not planned"],
  added: [`<path class="m-key-case" d="M0 6H22" stroke-width="5"/>`, "way added"],
  removed: [`<path class="m-key-case" d="M0 6H22" stroke-width="5" stroke-dasharray="7 5"/><path class="m-key-core" d="M0 6H22" stroke-width="2.4"/>`, "way left"],
};

/** Fill the key: statuses with their counts; the other signs are folded away, for they explain themselves to most. */
export function fillKey(element, { statuses, network, overlay, quiet }, folded) {
  const rows = quiet ? [] : STATUSES.map(([code, name, word]) =>
    `<tr><td>${sampleIcon(code)}</td><td>${signIcon(code, 12)}</td><th scope="row">${safe(say(word))}</th><td class="num">${statuses ? figure(statuses.counts[name]) : "–"}</td></tr>`);
  const total = network && !quiet ? `<p class="mapkey-total">${say("{count} segments", { count: figure(network.count) })}</p>` : "";
  const more = [...waysOf(overlay), ...pointsOf(overlay)].join("");
  const wasOpen = element.querySelector(".mapkey-all")?.open, moreOpen = element.querySelector(".mapkey-more")?.open;
  const body = `${rows.length ? `<table>${rows.join("")}</table>` : ""}${total}${more ? `<details class="mapkey-more"${moreOpen ? " open" : ""}><summary>${safe(say("All signs"))}</summary><ul>${more}</ul></details>` : ""}`;
  element.hidden = !rows.length && !more;
  element.innerHTML = folded || !rows.length
    ? `<details class="mapkey-all"${wasOpen ? " open" : ""}><summary>${safe(say("Key"))}</summary>${body.replace('<details class="mapkey-more">', '<details class="mapkey-more" open>')}</details>`
    : body;
}

function waysOf({ routes, changed }) {
  const there = [];
  if (routes.some((route) => route.state !== "possible")) there.push("planned");
  if (routes.some((route) => route.state === "possible")) there.push("possible");
  if (changed.added.length) there.push("added");
  if (changed.removed.length) there.push("removed");
  return there.map((way) => `<li><svg class="sample" width="22" height="12" viewBox="0 0 22 12" aria-hidden="true">${WAYS[way][0]}</svg>${safe(say(WAYS[way][1]))}</li>`);
}

function pointsOf({ points }) {
  const there = new Set(points.map((point) => point.kind));
  if (points.some((point) => point.besieged)) there.add("besieged");
  return Object.keys(POINTS).filter((kind) => there.has(kind)).map((kind) =>
    `<li><svg width="22" height="14" viewBox="-4 0 22 14" aria-hidden="true">${POINTS[kind][0]}</svg>${safe(say(POINTS[kind][1]))}</li>`);
}

/** Draw a scale bar of a round length, at most so many pixels long and at least two fifths of them. */
export function scaleBar(kmPerPixel, rightToLeft, longest = 140) {
  const most = longest * kmPerPixel, power = 10 ** Math.floor(Math.log10(most));
  const km = [5, 2, 1].map((step) => step * power).find((length) => length <= most);
  const length = Math.round(km / kmPerPixel), said = km >= 1 ? `${km} ${say("km")}` : `${Math.round(km * 1000)} ${say("m")}`;
  return `<svg class="map-scale" width="${length + 46}" height="22" viewBox="-6 0 ${length + 46} 22" role="img" aria-label="${safe(said)}">` +
    `<path class="m-scale" d="M0 14V19H${length}V14M${length / 2} 16V19"/><text class="m-lbl" font-size="10" text-anchor="middle" x="0" y="11">0</text>` +
    `<text class="m-lbl" font-size="10" text-anchor="middle" x="${length}" y="11"${rightToLeft ? ' direction="rtl"' : ""}>${safe(said)}</text></svg>`;
}

/** The corners that the key fits into, beside the insets and clear of the buttons, the end side first. */
export function cornersOf({ key, foot, zoom }, { size: [width, height], pad: [dx, dy] }, beside, rightToLeft) {
  const w = key.offsetWidth, h = key.offsetHeight, gap = 12, lowest = height - foot.offsetHeight;
  const left = gap + (rightToLeft ? beside : 0), right = width - w - gap - (rightToLeft ? 0 : beside);
  const [start, end] = rightToLeft ? [right, left] : [left, right], bottom = lowest - h - gap;
  return [[end, bottom], [end, gap], [start, bottom], [start, zoom.offsetHeight + 2 * gap]]
    .filter(([, y]) => y >= gap && y + h <= lowest + 1)
    .map(([x, y]) => ({ at: [x, y], box: [x + dx, y + dy, x + w + dx, y + h + dy] }));
}

/** Choose the corner in which the key hides least: roads count little, ways and points much, a coast more than roads. */
export function emptiestCorner(corners, scene, view) {
  const weigh = (box) => {
    let weight = 0;
    const count = (lines, each, worth) => {
      for (const line of each) {
        if (lines.meets(line, view)) lines.walk(line, view, (x, y) => { if (x > box[0] && x < box[2] && y > box[1] && y < box[3]) weight += worth; });
      }
    };
    const { network, basemap, overlay } = scene;
    if (network) {
      count(network.lines, Array(network.count).keys(), 1);
      count(network.lines, overlay.routes.flatMap((route) => route.lines), 6);
    }
    if (basemap) count(basemap.land, Array(basemap.land.count).keys(), 5);
    for (const point of overlay.points) {
      const [x, y] = view.at(point.at);
      if (x > box[0] - 12 && x < box[2] + 12 && y > box[1] - 12 && y < box[3] + 12) weight += 30;
    }
    return weight;
  };
  let best = null, least = Infinity;
  for (const corner of corners) {
    const weight = weigh(corner.box);
    if (weight < least) [best, least] = [corner, weight];
  }
  return best;
}
