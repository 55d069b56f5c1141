/** The curves: costs and errors by epoch, drawn while rows come in, or of several runs over each other. */

import { colors, make, pen, short } from "./elements.js";
import { ticks } from "./scales.js";
import { t } from "./texts.js";

const EDGE = { left: 52, right: 12, top: 10, bottom: 32 };
const HEIGHT = 190;
const MOST_POINTS = 2000; // of a line

/** The points of a line that grows: of very many only every so manieth is kept, and always the last. */
export class Series {
  constructor() {
    this.points = [];
    this.every = 1;
    this.count = 0;
  }

  add(x, y) {
    if (y === null) return;
    if (this.count++ % this.every && this.points.length) this.points[this.points.length - 1] = [x, y];
    else this.points.push([x, y]);
    if (this.points.length < MOST_POINTS) return;
    this.points = this.points.filter((_, i) => i % 2 === 0);
    this.every *= 2;
  }
}

/** A chart of lines: each has a name, a colour (one of the theme's, or its own), points [x, y] and perhaps a band; what is beside
    another of its colour is not in the legend. */
export class Chart {
  constructor(title, { percent = false } = {}) {
    this.percent = percent;
    this.unit = t("epoch"); // that x counts
    this.canvas = make("canvas", { role: "img" });
    this.legend = make("p", { class: "legend" });
    this.scale = make("button", { type: "button", class: "small", "aria-pressed": "false", click: () => this.toggle() }, t("log"));
    this.element = make("figure", { class: "chart" }, make("figcaption", {}, title, " ", this.scale), this.canvas, this.legend);
    this.title = title;
    this.lines = [];
    this.isLog = false;
    this.pointed = null; // where a pointer is, in pixels from the left
    this.canvas.addEventListener("pointermove", (event) => this.point(event.offsetX));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.place = make("span");
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  toggle() {
    this.isLog = !this.isLog;
    this.scale.setAttribute("aria-pressed", String(this.isLog));
    this.draw();
  }

  /** Show these lines; those without a point are left out. */
  show(lines) {
    this.lines = lines.filter((line) => line.points.length);
    const names = this.lines.map((line) => line.name).join("\n");
    if (names !== this.names) {
      this.names = names;
      this.values = new Map();
      this.legend.replaceChildren(...this.lines.filter((line) => !line.isBeside).map((line) => this.key(line)), this.place);
    }
    this.draw();
  }

  key(line) {
    const sign = make("i", { class: "stroke" });
    sign.style.background = line.color.startsWith("--") ? `var(${line.color})` : line.color;
    const value = make("b");
    this.values.set(line.name, value);
    return make("span", { class: "key" }, sign, line.name, " ", value);
  }

  /** Show what the lines are where a pointer is; null where there is none. */
  point(place) {
    this.pointed = place;
    this.draw();
  }

  /** Say in the legend what each line is at this x, or at its end. */
  read(x) {
    for (const line of this.lines) {
      const value = this.values.get(line.name);
      if (value) value.textContent = this.text(nearest(line.points, x)[1]);
    }
    this.place.textContent = x === null ? "" : `${this.unit} ${short(nearest(this.lines[0].points, x)[0])}`;
  }

  draw() {
    const width = Math.max(200, this.element.clientWidth);
    this.canvas.style.height = `${HEIGHT}px`;
    const context = pen(this.canvas, width, HEIGHT);
    const theme = colors();
    const box = { x: EDGE.left, y: EDGE.top, width: width - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom };
    const points = this.lines.flatMap((line) => [...line.points, ...(line.band ?? []).flatMap(([x, , low, high]) => [[x, low], [x, high]])]).filter((point) => this.isDrawn(point));
    if (!points.length) return this.empty(context, box, theme);
    const limits = this.limits(points);
    const height = (value) => (this.isLog ? Math.log10(value) : value);
    const place = ([x, y]) => [
      box.x + ((x - limits.x0) / (limits.x1 - limits.x0)) * box.width,
      box.y + box.height - ((height(y) - height(limits.y0)) / (height(limits.y1) - height(limits.y0))) * box.height,
    ];
    this.axes(context, box, limits, place, theme);
    context.save();
    context.beginPath();
    context.rect(box.x, box.y - 2, box.width + 2, box.height + 4);
    context.clip();
    for (const line of this.lines) {
      const color = line.color.startsWith("--") ? theme[line.color.slice(2)] : line.color;
      if (line.band) this.band(context, line.band, place, color);
      this.stroke(context, line.points.filter((point) => this.isDrawn(point)), place, color, line.width ?? 1.8);
    }
    const x = this.pointed === null ? null : limits.x0 + ((this.pointed - box.x) / box.width) * (limits.x1 - limits.x0);
    if (x !== null) {
      context.fillStyle = theme.dim;
      context.fillRect(this.pointed, box.y, 1, box.height);
    }
    context.restore();
    this.read(x);
    const ends = this.lines.map((line) => `${line.name} ${this.text(line.points.at(-1)[1])}`);
    this.canvas.setAttribute("aria-label", t("{0} by {1}, now: {2}", this.title, this.unit, ends.join(", ")));
  }

  isDrawn([, y]) {
    return y !== null && Number.isFinite(y) && (!this.isLog || y > 0);
  }

  limits(points) {
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const [x, y] of points) {
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y);
    }
    if (x0 > 0 && x0 <= 0.05 * x1) x0 = 0;
    if (this.isLog) return { x0, x1: x1 > x0 ? x1 : x0 + 1, y0: y0 / 1.15, y1: y1 * 1.15 };
    const first = y0 >= 0 && y0 < 0.6 * y1 ? 0 : y0; // from zero, unless all would be a line at the top
    const margin = 0.06 * (y1 - first || Math.abs(y1) || 1);
    return { x0, x1: x1 > x0 ? x1 : x0 + 1, y0: first === 0 ? -margin / 3 : first - margin, y1: y1 + margin };
  }

  /** The room between the lowest and the highest, [x, mean, low, high]. */
  band(context, rows, place, color) {
    const drawn = rows.filter((row) => this.isDrawn([row[0], row[2]]) && this.isDrawn([row[0], row[3]]));
    context.save();
    context.globalAlpha = 0.18;
    context.fillStyle = color;
    context.beginPath();
    for (const [x, , , high] of drawn) context.lineTo(...place([x, high]));
    for (const [x, , low] of drawn.reverse()) context.lineTo(...place([x, low]));
    context.fill();
    context.restore();
  }

  stroke(context, points, place, color, width) {
    context.strokeStyle = context.fillStyle = color;
    context.lineWidth = width;
    context.beginPath();
    for (const point of points) context.lineTo(...place(point));
    context.stroke();
    if (points.length < 3) for (const point of points) context.fillRect(place(point)[0] - 2, place(point)[1] - 2, 4, 4);
  }

  axes(context, box, limits, place, theme) {
    context.strokeStyle = theme.rule;
    context.fillStyle = theme.dim;
    context.lineWidth = 1;
    context.font = "12px system-ui, sans-serif";
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const value of ticks(limits.y0, limits.y1, 4, this.isLog)) {
      const [, y] = place([limits.x0, value]);
      context.beginPath();
      context.moveTo(box.x, y);
      context.lineTo(box.x + box.width, y);
      context.stroke();
      context.fillText(this.text(value, 3), box.x - 6, y);
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const value of ticks(limits.x0, limits.x1, Math.max(3, Math.floor(box.width / 70)), false)) context.fillText(value.toLocaleString("en"), place([value, limits.y0])[0], box.y + box.height + 4);
    context.fillText(this.unit, box.x + box.width / 2, box.y + box.height + 18);
  }

  empty(context, box, theme) {
    context.fillStyle = theme.dim;
    context.font = "13px system-ui, sans-serif";
    context.textAlign = "center";
    context.fillText(t("nothing is measured yet"), box.x + box.width / 2, box.y + box.height / 2);
    this.canvas.setAttribute("aria-label", `${this.title}: ${t("nothing is measured yet")}`);
  }

  text(value, digits = 4) {
    return this.percent ? `${Number((100 * value).toPrecision(3))} %` : short(value, digits);
  }
}

/** The point whose x is nearest to this one; the last where there is none. */
function nearest(points, x) {
  if (x === null) return points.at(-1);
  let [low, high] = [0, points.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < x) low = middle;
    else high = middle;
  }
  return x - points[low][0] < points[high][0] - x ? points[low] : points[high];
}
