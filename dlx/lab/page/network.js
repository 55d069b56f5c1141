/** The network as a drawing: units in columns, weights as lines, and under a pointer or a focus what a unit computes. */

import { at, fill, make, pen } from "./elements.js";
import { bytes, ramp } from "./images.js";
import { t } from "./texts.js";

const SPACE = "http://www.w3.org/2000/svg";
const WIDTH = 420;
const GAP = 28; // between two units
const WIDEST = 5; // of a line
const RADIUS = 11;
const LONGEST = 12; // letters of an input's name

const RAMP = Array.from({ length: 256 }, (_, tone) => ramp(tone / 255));

/** Draws the network of a training; `send` is told which unit is looked at. */
export class NetworkView {
  constructor(send) {
    this.send = send;
    this.lines = [];
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.small = document.createElement("canvas");
    new ResizeObserver(() => this.pictures && this.paint(this.pictures)).observe(at("network"));
  }

  /** Lay the units out; null where there is no drawing. */
  begin(sizes, inputs) {
    this.lines = [];
    this.pictures = null;
    at("network").hidden = !sizes;
    const shape = JSON.stringify(sizes);
    if (!sizes) return;
    const left = inputs.length ? 24 + 6 * Math.min(LONGEST, Math.max(...inputs.map((name) => name.length))) : 20;
    const height = Math.max(...sizes) * GAP + 4;
    const place = (layer, unit) => [left + (layer * (WIDTH - left - 20)) / (sizes.length - 1), height / 2 + (unit - (sizes[layer] - 1) / 2) * GAP];
    Object.assign(this, { sizes, place, height });
    const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "group", "aria-label": t("the network: {0} units", sizes.join(", ")) });
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
    inputs.forEach((name, i) => {
      const [x, y] = place(0, i);
      const label = element("text", { x: x - RADIUS - 5, y: y + 4 });
      label.textContent = name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
      svg.append(label);
    });
    const focus = shape === this.shape ? document.activeElement?.dataset?.unit : null;
    this.shape = shape;
    fill(at("network"), svg, this.canvas);
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

  /** Put into each hidden unit a small picture of what it computes: a byte a point, the lowest row first. */
  paint(pictures) {
    this.pictures = pictures;
    const width = this.canvas.parentElement?.querySelector("svg")?.clientWidth;
    if (!width) return;
    const scale = width / WIDTH;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${this.height * scale}px`;
    const context = pen(this.canvas, width, this.height * scale);
    const radius = (RADIUS - 1) * scale;
    pictures.forEach((text, layer) => {
      const units = this.sizes[layer + 1];
      const tones = bytes(text);
      const grid = Math.sqrt(tones.length / units);
      for (let unit = 0; unit < units; unit++) {
        this.put(tones.subarray(unit * grid * grid, (unit + 1) * grid * grid), grid);
        const [x, y] = this.place(layer + 1, unit).map((part) => part * scale);
        context.save();
        context.beginPath();
        context.arc(x, y, radius, 0, 7);
        context.clip();
        context.drawImage(this.small, x - radius, y - radius, 2 * radius, 2 * radius);
        context.restore();
      }
    });
  }

  put(tones, grid) {
    const image = new ImageData(grid, grid);
    tones.forEach((tone, i) => {
      const at = 4 * ((grid - 1 - Math.floor(i / grid)) * grid + (i % grid));
      image.data.set([...RAMP[tone], 255], at);
    });
    this.small.width = this.small.height = grid;
    this.small.getContext("2d").putImageData(image, 0, 0);
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
