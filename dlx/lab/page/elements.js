/** Elements of the page, made of plain values: whatever a text holds, it is shown as text. */

import { t } from "./texts.js";

/** An element with attributes (functions are listeners) and children, of which texts stay texts. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (key in element && typeof value === "boolean") element[key] = value;
    else if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Put these children in place of those that an element has. */
export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

/** The element with this id. */
export function at(id) {
  return document.getElementById(id);
}

/** What is said of what has not come to its end: the command that goes on with it. */
export function wayOn(name, command) {
  return make("p", { class: "source" }, t("{0} has not come to its end; it goes on by", name), " ", make("code", {}, command));
}

/** A table in a place of its own that can be scrolled, also by the keyboard. */
export function scrolled(name, table) {
  return make("div", { class: "scrolled even", tabindex: "0", role: "group", "aria-label": name }, table);
}

/** A word of the spec as people read it. */
export function readable(word) {
  return String(word).replaceAll("_", " ");
}

/** The id of a run in short, without the time in front, which a column of its own tells: commands take it as well. */
export function shortId(id) {
  return String(id).replace(/\d{8}T\d{6}Z-/g, "");
}

/** A number in few digits. */
export function short(value, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === 0 || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e6 ? value.toExponential(digits - 2) : String(Number(value.toPrecision(digits)));
}

/** An error as people read it: in per cent of the examples, or in the unit of the targets. */
export function errorText(value, task) {
  if (value === null || value === undefined) return "–";
  return task === "regression" ? short(value) : `${(100 * value).toFixed(value < 0.1 ? 2 : 1)} %`;
}

/** The colours of the page's theme, by the names of its variables. */
export function colors() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(["ink", "dim", "rule", "card", "train", "dev", "cost", "alarm"].map((name) => [name, value(name)]));
}

/** M. Okabe & K. Ito, "Color universal design" (2008), as the pictures of runs have them, then others. */
const CLASSES = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5C00", "#5C5C5C"];

/** The colour of a class or a curve, [red, green, blue]. */
export function classColor(number) {
  if (number < CLASSES.length) return [1, 3, 5].map((start) => parseInt(CLASSES[number].slice(start, start + 2), 16));
  const angle = number * 2.39996; // the golden angle: neighbours differ
  return [0, 2.1, 4.2].map((shift) => Math.round(120 + 90 * Math.sin(angle + shift)));
}

/** A canvas as large as its place, in pixels of the screen; returns what draws in units of CSS. */
export function pen(canvas, width, height) {
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
