/** The network as a drawing: units in columns, weights as lines, and under a pointer or a focus what a unit computes. */

import { at, fill } from "./elements.js";
import { t } from "./texts.js";

const SPACE = "http://www.w3.org/2000/svg";
const GAP = 26; // between two units
const WIDEST = 5; // of a line
const RADIUS = 8;

/** Draws the network of a training; `send` is told which unit is looked at. */
export class NetworkView {
  constructor(send) {
    this.send = send;
    this.lines = [];
  }

  /** Lay the units out; null where there is no drawing. */
  begin(sizes) {
    this.lines = [];
    at("network").hidden = !sizes;
    const shape = JSON.stringify(sizes);
    if (!sizes) return;
    const width = 420;
    const height = Math.max(...sizes) * GAP + 30;
    const place = (layer, unit) => [30 + (layer * (width - 60)) / (sizes.length - 1), 10 + (height - 30) / 2 + (unit - (sizes[layer] - 1) / 2) * GAP];
    const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": t("the network: {0} units", sizes.join(", ")) });
    for (let layer = 1; layer < sizes.length; layer++) {
      const rows = [];
      for (let unit = 0; unit < sizes[layer]; unit++) {
        for (let from = 0; from < sizes[layer - 1]; from++) {
          const [x1, y1] = place(layer - 1, from);
          const [x2, y2] = place(layer, unit);
          const line = element("line", { x1, y1, x2, y2 });
          rows.push(line);
          svg.append(line);
        }
      }
      this.lines.push(rows);
    }
    sizes.forEach((size, layer) => {
      for (let unit = 0; unit < size; unit++) svg.append(this.unit(layer, unit, sizes.length, place(layer, unit)));
    });
    const focus = shape === this.shape ? document.activeElement?.dataset?.unit : null;
    this.shape = shape;
    fill(at("network"), svg);
    if (focus) svg.querySelector(`[data-unit="${focus}"]`)?.focus();
  }

  unit(layer, unit, layers, [cx, cy]) {
    const circle = element("circle", { cx, cy, r: RADIUS });
    if (layer === 0 || layer === layers - 1) return circle;
    const look = () => this.send({ do: "look", unit: [layer, unit] });
    const away = () => this.send({ do: "look", unit: null });
    for (const [name, value] of Object.entries({ tabindex: 0, role: "img", "data-unit": `${layer}-${unit}`, "aria-label": nameOf(layer, unit, "") })) circle.setAttribute(name, value);
    circle.addEventListener("pointerenter", look);
    circle.addEventListener("pointerleave", away);
    circle.addEventListener("focus", look);
    circle.addEventListener("blur", away);
    return circle;
  }

  /** Mark the units that no longer learn. */
  mark(states) {
    const names = states.flatMap((layer, i) => layer.map((state, unit) => [`${i + 1}-${unit}`, state]));
    for (const [name, state] of names) {
      const circle = at("network").querySelector(`[data-unit="${name}"]`);
      if (!circle || (circle.dataset.state ?? "") === state) continue;
      circle.dataset.state = state;
      const [layer, unit] = name.split("-").map(Number);
      circle.setAttribute("aria-label", nameOf(layer, unit, state));
    }
    const count = (word) => names.filter(([, state]) => state === word).length;
    const text = ["dead", "saturated"].filter(count).map((word) => `${count(word)} ${t(word)}`).join(", ");
    if (at("unit-states").textContent !== text) at("unit-states").textContent = text;
  }

  /** Let the lines be as wide as the weights are large, in the colour of their sign. */
  show(weights) {
    weights.forEach((text, layer) => {
      const bytes = Int8Array.from(atob(text), (sign) => sign.charCodeAt(0));
      this.lines[layer]?.forEach((line, i) => {
        const share = bytes[i] / 127;
        line.setAttribute("stroke-width", (WIDEST * Math.abs(share)).toFixed(2));
        line.setAttribute("class", share < 0 ? "negative" : "positive");
      });
    });
  }
}

/** What a unit is called by those who do not see it. */
function nameOf(layer, unit, state) {
  const name = t("unit {0} of hidden layer {1}: the picture shows what it computes while it has the focus", unit + 1, layer);
  return state ? `${name} (${t(state)})` : name;
}

function element(name, attributes) {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
