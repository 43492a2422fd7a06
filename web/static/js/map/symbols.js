// Signs, points and shields as SVG: their colours come from the style sheet, so theme and print need no redrawing.

import { safe } from "./words.js";

const SIGNS = {
  c: `<path class="sign-c" d="M7 1.2 13.2 12.4H.8Z" stroke-width="1.1" stroke-linejoin="round"/><path class="sign-ci" d="M7 5v3.6" stroke-width="1.7"/><circle class="sign-cd" cx="7" cy="10.5" r="1"/>`,
  b: `<circle class="sign-b" cx="7" cy="7" r="6" stroke-width="1.8"/><path class="sign-b" d="M4.4 4.4 9.6 9.6M9.6 4.4 4.4 9.6" stroke-width="1.9"/>`,
  u: `<circle class="sign-u" cx="7" cy="7" r="6" stroke-width="1.2" stroke-dasharray="2 1.4"/><text class="sign-ut" x="7" y="10.4" text-anchor="middle" font-size="9.5" font-weight="700">?</text>`,
  o: "",
};
const SAMPLES = {
  o: `<path class="line-o" d="M0 6H22" stroke-width="3"/>`,
  c: `<path class="line-cc" d="M0 6H22" stroke-width="4.6"/><path class="line-c" d="M0 6H22" stroke-width="3" stroke-dasharray="5 3"/>`,
  b: `<path class="line-b" d="M2 6H22" stroke-width="3.4" stroke-dasharray=".1 5.6" stroke-linecap="round"/>`,
  u: `<path class="line-u" d="M0 6H22" stroke-width="2" stroke-dasharray="7 3 1.5 3"/>`,
};
export const CODE = { OPEN: "o", CONTESTED: "c", BLOCKED: "b", UNKNOWN: "u" };

export const codeOf = (status) => CODE[String(status ?? "").toUpperCase()] ?? (status in SIGNS ? status : "");
export const signIcon = (code, size = 14) =>
  SIGNS[code] ? `<svg class="sign" width="${size}" height="${size}" viewBox="0 0 14 14" aria-hidden="true">${SIGNS[code]}</svg>` : "";
export const sampleIcon = (code) =>
  `<svg class="sample" width="22" height="12" viewBox="0 0 22 12" aria-hidden="true">${SAMPLES[code]}</svg>`;

const round = (value) => Math.round(value * 10) / 10;

export function signAt(code, x, y, size = 14) {
  const half = size / 2;
  return SIGNS[code] ? `<g transform="translate(${round(x - half)} ${round(y - half)}) scale(${round(size) / 14})">${SIGNS[code]}</g>` : "";
}

/** Area by people; what has no head-count is drawn small, not as nothing. */
export function radiusOf(point, view) {
  const grown = view.between(1, 1.35);
  switch (point.kind) {
    case "hub": return view.between(4.2, 5.5);
    case "gate": return view.between(4.8, 6.2);
    case "place": return 2.2;
    case "case": return Math.max(3.6, 0.027 * Math.sqrt(point.people ?? 0) * grown);
    case "unmet": return Math.min(26, Math.max(3.4, 0.0226 * Math.sqrt(point.people ?? 0) * grown));
    default: return Math.min(26, Math.max(3, 0.0226 * Math.sqrt(point.people ?? 0) * grown));
  }
}

/** How far a point's drawing reaches from its middle, its sign at the shoulder included. */
export const reachOf = (point, r) => (point.kind === "gate" && point.sign ? r + 6 : point.besieged ? r + 3 : r);

export function pointAt(point, x, y, r) {
  x = round(x); y = round(y); r = round(r);
  let drawn = "";
  if (point.besieged) drawn += `<circle class="m-pocket" cx="${x}" cy="${y}" r="${r + 3.2}"/>`;
  if (point.kind === "hub") {
    drawn += `<rect class="m-solid" x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}"/><rect class="m-hole" x="${x - 1.5}" y="${y - 1.5}" width="3" height="3"/>`;
  } else if (point.kind === "unmet") {
    drawn += `<circle class="m-unmet" cx="${x}" cy="${y}" r="${r}"/><circle class="m-dot" cx="${x}" cy="${y}" r="1.6"/>`;
  } else if (point.kind === "gate") {
    drawn += `<rect class="m-gate" x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}" rx="1"/><path class="m-bar" d="M${x - r + 2} ${y}H${x + r - 2}"/>`;
    if (point.sign) drawn += signAt(point.sign, x + r + 4, y - r - 4, 12);
  } else if (point.kind === "place") {
    drawn += `<circle class="m-town" cx="${x}" cy="${y}" r="${r}"/>`;
  } else if (point.kind === "case") {
    drawn += `<circle class="m-case" cx="${x}" cy="${y}" r="${r}"/><circle class="m-dot" cx="${x}" cy="${y}" r="1.6"/>`;
  } else {
    drawn += `<circle class="m-solid" cx="${x}" cy="${y}" r="${r}"/>`;
  }
  if (point.kind !== "gate" && point.sign) drawn += signAt(point.sign, x + r + 3, y - r - 3, 11);
  const marker = point.selected ? `<circle class="m-marker" cx="${x}" cy="${y}" r="${r + (point.kind === "gate" ? 9 : 5)}"/>` : "";
  return [marker, drawn];
}

/** A shield as two strings: the line that leads to its place on the way, which lies below all shields, and itself. */
export function shieldAt(shield, [x0, y0, x1, y1], anchor) {
  const x = round((x0 + x1) / 2), y = round((y0 + y1) / 2), kind = shield.selected ? " on" : shield.held ? " held" : "";
  return [
    `<path class="m-lead" d="M${round(anchor[0])} ${round(anchor[1])}L${x} ${y}"/>`,
    `<g class="m-shield${kind}"><rect x="${round(x0)}" y="${round(y0)}" width="${round(x1 - x0)}" height="18" rx="3"/>` +
    `<text x="${x}" y="${y + 4}" text-anchor="middle">${safe(shield.text)}</text></g>`,
  ];
}

export function labelAt(label, { anchor, x, y, height }) {
  const { size, lines } = label;
  const first = lines[1] ? y - height / 2 + size * 0.92 : y + size * 0.36;
  const spoken = (text) => (/[\u0590-\u08ff]/.test(text) ? ' class="ar"' : "");
  const side = `text-anchor="${anchor}" x="${round(x)}"`;
  let drawn = `<text class="m-lbl${label.bold ? " bold" : ""}${label.quiet ? " quiet" : ""}" ${side} y="${round(first)}" font-size="${size}"><tspan${spoken(lines[0])}>${safe(lines[0])}</tspan></text>`;
  if (lines[1]) drawn += `<text class="m-lbl quiet" ${side} y="${round(first + size * 1.15)}" font-size="${size - 1.5}"><tspan${spoken(lines[1])}>${safe(lines[1])}</tspan></text>`;
  return drawn;
}
