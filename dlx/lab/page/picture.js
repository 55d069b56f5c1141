/** The picture of a network's answers in the plane of its inputs or of images, or of the path of an objective. */

import { at, classColor, colors, fill, make, pen, short } from "./elements.js";
import { bytes, drawImages, ramp } from "./images.js";
import { ticks } from "./scales.js";
import { t } from "./texts.js";

const EDGE = { left: 46, right: 10, top: 8, bottom: 34 };
const TINT = 0.62; // how strong a region's colour is where the network is sure
const MARKS = { train: "circle", dev: "square" };

/** Draws on one canvas whatever a training shows. */
export class Picture {
  constructor() {
    this.canvas = make("canvas", { role: "img" });
    this.small = document.createElement("canvas");
    this.legend = make("p", { class: "legend" });
    this.caption = make("p", { class: "source" });
    fill(at("picture"), this.canvas, this.legend, this.caption);
    this.view = null;
    this.latest = null;
    new ResizeObserver(() => this.draw()).observe(at("picture"));
  }

  /** Take over what stays as it is while a training goes on. */
  begin(view) {
    const isSameKind = view && this.view?.kind === view.kind;
    this.view = view;
    if (!isSameKind) this.latest = this.ground = null;
    this.decoded = null;
    this.canvas.hidden = !view;
    fill(this.legend);
    if (!view) {
      this.caption.textContent = t("No picture: a network of one input, of several labels or targets, or an objective of more than two variables has only its curves.");
      return;
    }
    const isNetwork = view.kind !== "contours" && view.kind !== "curve";
    at("stage-title").textContent = isNetwork ? t("What the network says") : t("Where the variables have been");
    this.caption.textContent =
      view.share === null || view.share === undefined ? "" : t("The plane of the first two principal components, which hold {0} % of the inputs' variance; examples are projected onto it.", (100 * view.share).toFixed(0));
    if (view.kind === "regions") {
      view.classes.forEach((label, i) => this.legend.append(make("span", { class: "key" }, swatch(classColor(i)), label)));
      if (view.examples.dev) this.legend.append(make("span", { class: "key" }, t("● train  ■ dev")));
    }
    if (view.kind === "contours" || view.kind === "curve") this.legend.append(make("span", { class: "key" }, swatch([213, 94, 0]), t("start")), make("span", { class: "key" }, swatch([178, 24, 43]), t("now")));
    if (view.kind === "images") return;
    this.canvas.setAttribute("aria-label", isNetwork ? t("regions of {0} and {1} by what the network says, with the examples", ...view.axes) : t("the cost and the path of the variables"));
  }

  /** Take in the picture of a frame. */
  show(picture) {
    this.latest = picture;
    if (picture.ground) this.ground = picture.ground;
    this.draw();
  }

  draw() {
    if (!this.view || !this.latest) return;
    if (this.view.kind === "images") return this.images();
    const width = Math.max(200, at("picture").clientWidth);
    const height = Math.min(width * 0.86, Math.max(300, 0.62 * window.innerHeight));
    this.canvas.style.height = `${height}px`;
    const context = pen(this.canvas, width, height);
    const theme = colors();
    const limits = this.limits();
    const box = { x: EDGE.left, y: EDGE.top, width: width - EDGE.left - EDGE.right, height: height - EDGE.top - EDGE.bottom };
    const place = (x, y) => [
      box.x + ((x - limits.low[0]) / (limits.high[0] - limits.low[0])) * box.width,
      box.y + box.height - ((y - limits.low[1]) / (limits.high[1] - limits.low[1])) * box.height,
    ];
    context.save();
    context.beginPath();
    context.rect(box.x, box.y, box.width, box.height);
    context.clip();
    if (this.view.kind === "regions" || this.view.kind === "surface") this.answers(context, box, place);
    else this.path(context, box, place, theme);
    context.restore();
    axes(context, box, limits, this.view.axes, theme);
  }

  images() {
    this.note(this.latest.unit);
    this.decoded ??= bytes(this.view.pixels);
    this.caption.textContent = drawImages(this.canvas, this.small, this.view, this.decoded, this.latest, Math.max(200, at("picture").clientWidth));
  }

  limits() {
    if (this.view.kind === "curve") {
      const costs = this.ground.costs.filter((cost) => Math.abs(cost) < 1e90).concat(this.latest.heights);
      const low = Math.min(...costs);
      const high = Math.max(...costs);
      const margin = 0.06 * (high - low || 1);
      return { low: [this.ground.low[0], low - margin], high: [this.ground.high[0], high + margin] };
    }
    return this.view.kind === "contours" ? this.ground : this.view;
  }

  /** The regions or the surface as an image of a pixel a point, drawn large; then the examples. */
  answers(context, box, place) {
    const { grid, kind } = this.view;
    const tones = bytes(this.latest.tones);
    const ofUnit = this.latest.unit;
    const codes = kind === "regions" && !ofUnit ? bytes(this.latest.codes) : null;
    this.note(ofUnit);
    const shades = kind === "regions" ? this.view.classes.map((_, i) => classColor(i)) : null;
    const image = new ImageData(grid, grid);
    for (let i = 0; i < grid * grid; i++) {
      const at = 4 * ((grid - 1 - Math.floor(i / grid)) * grid + (i % grid)); // the lowest row comes first
      const [color, strength] = codes ? [shades[codes[i]], (TINT * tones[i]) / 255] : [ramp(tones[i] / 255), 1];
      for (let part = 0; part < 3; part++) image.data[at + part] = codes ? 255 - strength * (255 - color[part]) : color[part];
      image.data[at + 3] = 255;
    }
    this.enlarge(context, box, image, grid);
    const [low, high] = kind !== "surface" ? [0, 1] : ofUnit ? this.view.range : [this.latest.low, this.latest.high];
    for (const part of ["dev", "train"]) {
      const examples = this.view.examples[part];
      if (!examples) continue;
      const size = Math.max(2, Math.min(4.5, 60 / Math.sqrt(examples.places.length)));
      examples.places.forEach(([x, y], i) => {
        const value = examples.y[i];
        const color = shades ? shades[value] : ramp((value - low) / (high - low || 1));
        dot(context, ...place(x, y), size, `rgb(${color})`, MARKS[part]);
      });
    }
  }

  /** Say what is shown: the answers, or those of a unit. */
  note(unit) {
    const { low, high } = this.latest;
    const text = unit ? t("Unit {0} of hidden layer {1}: {2} (dark) to {3} (bright)", unit[1] + 1, unit[0], short(low, 3), short(high, 3)) : t("What the network says");
    if (at("stage-title").textContent !== text) at("stage-title").textContent = text;
  }

  /** The contours as bands or the curve of J, and on them the path. */
  path(context, box, place, theme) {
    const points = this.latest.path.map((w, i) => place(w[0], this.view.kind === "curve" ? this.latest.heights[i] : w[1]));
    if (this.view.kind === "contours") {
      const { grid, levels } = this.ground;
      const bands = bytes(this.ground.bands);
      const image = new ImageData(grid, grid);
      for (let i = 0; i < grid * grid; i++) {
        const at = 4 * ((grid - 1 - Math.floor(i / grid)) * grid + (i % grid));
        const share = levels ? bands[i] / levels : 0;
        [247 - 150 * share, 251 - 105 * share, 255 - 55 * share, 255].forEach((value, part) => (image.data[at + part] = value));
      }
      this.enlarge(context, box, image, grid);
    } else {
      const { low, high, costs } = this.ground;
      line(context, costs.map((cost, i) => place(low[0] + (i / (costs.length - 1)) * (high[0] - low[0]), cost)), theme.dim, 1.5);
    }
    if (this.view.kind === "contours") line(context, points, "#0072B2", 1.5);
    points.forEach((point) => dot(context, ...point, 2, "#0072B2", "plain"));
    dot(context, ...points[0], 8, "#D55E00", "circle");
    dot(context, ...points.at(-1), 5, "#B2182B", "circle");
    const last = this.latest.path.at(-1);
    this.caption.textContent = this.latest.has_left ? t("The path has left the picture before step {0}.", this.latest.step) : t("w = {0} after {1} steps", last.map((value) => short(value)).join(", "), this.latest.step.toLocaleString("en"));
  }

  enlarge(context, box, image, grid) {
    this.small.width = this.small.height = grid;
    this.small.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.small, box.x, box.y, box.width, box.height);
  }
}

function swatch(color) {
  const element = make("i", { class: "swatch" });
  element.style.background = `rgb(${color})`;
  return element;
}

function dot(context, x, y, size, color, mark) {
  context.fillStyle = color;
  context.beginPath();
  if (mark === "square") context.rect(x - 0.8 * size, y - 0.8 * size, 1.6 * size, 1.6 * size);
  else context.arc(x, y, size, 0, 7);
  context.fill();
  if (mark === "plain") return;
  context.strokeStyle = "#ffffff";
  context.lineWidth = 0.9;
  context.stroke();
}

function line(context, points, color, width) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

function axes(context, box, limits, names, theme) {
  context.strokeStyle = theme.rule;
  context.lineWidth = 1;
  context.strokeRect(box.x, box.y, box.width, box.height);
  context.fillStyle = theme.dim;
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const value of ticks(limits.low[0], limits.high[0], 5, false)) context.fillText(short(value), box.x + ((value - limits.low[0]) / (limits.high[0] - limits.low[0])) * box.width, box.y + box.height + 4);
  context.fillText(names[0].slice(0, 40), box.x + box.width / 2, box.y + box.height + 19);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of ticks(limits.low[1], limits.high[1], 5, false)) context.fillText(short(value, 3), box.x - 5, box.y + box.height - ((value - limits.low[1]) / (limits.high[1] - limits.low[1])) * box.height);
  context.save();
  context.translate(9, box.y + box.height / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(names[1].slice(0, 40), 0, 0);
  context.restore();
}
