/** Searches and studies: their table, and of the one that is open the leaderboard, parallel coordinates, importance. */

import { get } from "./connection.js";
import { errorText, fill, make, readable, scrolled, short, shortId, wayOn } from "./elements.js";
import { t } from "./texts.js";

const SPACE = "http://www.w3.org/2000/svg";
const MOST_LINES = 300; // of trials that are drawn
const MOST_ROWS = 20; // of the leaderboard
const SIZE = { width: 640, height: 240, top: 34, bottom: 26, side: 60 };

/** Shows them in an element; `choose(key)` shows the curves of a training, `isChosen(key)` whether they are shown. */
export class Searches {
  constructor(choose, isChosen) {
    this.choose = choose;
    this.isChosen = isChosen;
    this.key = null;
    this.place = scrolled(t("Searches and studies"), null);
    this.detail = make("div");
    this.element = make("section", { hidden: true, "aria-labelledby": "searches-title" }, make("h2", { id: "searches-title" }, t("Searches and studies")), this.place, this.detail);
  }

  /** Take in the table; the one that is open is read again. */
  async show(rows) {
    this.element.hidden = rows.length === 0;
    const text = JSON.stringify(rows);
    if (text === this.text) return;
    this.text = text;
    this.rows = rows;
    this.table();
    if (this.key) await this.look();
  }

  table() {
    const focus = document.activeElement?.dataset?.search;
    const head = ["name", "id", "kind", "status", "trainings", "best"].map((name) => make("th", { scope: "col" }, t(name)));
    const rows = this.rows.map((row) => {
      const button = make("button", { type: "button", class: "plain", "aria-expanded": String(this.key === row.key), "data-search": row.key, title: row.id, click: () => this.open(row.key) }, shortId(row.id));
      return make("tr", { title: row.fault || null }, make("td", {}, row.name), make("td", {}, button), make("td", {}, t(row.kind)), make("td", {}, t(readable(row.status))), make("td", {}, row.trainings), make("td", {}, row.best ? `${errorText(row.best.value, row.task)}: ${row.best.setting}` : "–"));
    });
    fill(this.place, make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
    if (focus) [...this.place.querySelectorAll("[data-search]")].find((each) => each.dataset.search === focus)?.focus();
  }

  async open(key) {
    this.key = this.key === key ? null : key;
    this.table();
    if (this.key) await this.look();
    else fill(this.detail);
  }

  async look() {
    this.search = await get("runs/search", [["run", this.key]]);
    this.draw();
  }

  draw() {
    const search = this.search;
    const focus = document.activeElement?.dataset?.training;
    if (!search || !this.key) return;
    if (search.fault) return fill(this.detail, make("p", { class: "problem" }, search.fault));
    fill(
      this.detail,
      search.again ? wayOn(t("It"), search.again) : null,
      ...(search.messages ?? []).map((text) => make("p", { class: "source" }, text)),
      this.leaderboard(search),
      search.axes.length ? make("h3", {}, t("Each trial, a line")) : null,
      search.axes.length ? parallel(search) : null,
      search.importance.length ? this.importance(search) : null,
    );
    if (focus) [...this.detail.querySelectorAll("[data-training]")].find((each) => each.dataset.training === focus)?.focus();
  }

  leaderboard({ trials, objective, task }) {
    const keys = [...new Set(trials.flatMap((trial) => Object.keys(trial.settings)))];
    const rows = trials.slice(0, MOST_ROWS).map((trial, rank) => {
      const settings = keys.map((key) => make("td", {}, textOf(trial.settings[key])));
      const runs = trial.trials.map((run, i) => {
        const key = `${this.key}/${run}`;
        return make("button", { type: "button", class: "small", "data-training": key, "aria-pressed": String(this.isChosen(key)), "aria-label": t("curves of trial {0}, training {1}", trial.index, i + 1), click: () => { this.choose(key); this.draw(); } }, trial.trials.length > 1 ? String(i + 1) : t("curves"));
      });
      return make("tr", {}, make("th", { scope: "row" }, String(rank + 1)), make("td", {}, valueText(trial.value, objective, task)), ...settings, make("td", {}, t(readable(trial.status ?? ""))), make("td", {}, ...runs));
    });
    const head = [t("rank"), t(readable(objective)), ...keys.map(nameOf), t("status"), t("curves")].map((name) => make("th", { scope: "col" }, name));
    return scrolled(t("the best first"), make("table", {}, make("caption", {}, trials.length > MOST_ROWS ? t("the best {0} of {1}", MOST_ROWS, trials.length.toLocaleString("en")) : t("the best first")), make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
  }

  importance({ importance }) {
    const rows = importance.map(({ key, value, low, high }) =>
      make("tr", {}, make("th", { scope: "row" }, nameOf(key)), make("td", {}, make("meter", { min: 0, max: 1, value: value ?? 0, "aria-label": t("importance of {0}", nameOf(key)) })), make("td", {}, `${short(value, 2)} ${t("({0} to {1})", short(low, 2), short(high, 2))}`)));
    return make("table", { class: "narrow" }, make("caption", {}, t("importance: the share of the differences that each explains, with its interval")), make("tbody", {}, ...rows));
  }
}

/** Parallel coordinates: an axis for each hyperparameter and one for the objective; the best trials on top. */
function parallel({ axes, trials, objective, task }) {
  const measured = trials.filter((trial) => trial.value !== null && Number.isFinite(trial.value)).slice(0, MOST_LINES);
  const values = measured.map((trial) => trial.value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const place = (axis, share) => [SIZE.side + (axis * (SIZE.width - 2 * SIZE.side)) / axes.length, SIZE.height - SIZE.bottom - share * (SIZE.height - SIZE.top - SIZE.bottom)];
  const height = (value) => (high > low ? (value - low) / (high - low) : 0.5);
  const share = (axis, trial) => {
    const at = trial.at[axis.key];
    return axis.choices.length ? (axis.choices.length > 1 ? at / (axis.choices.length - 1) : 0.5) : at;
  };
  const lines = [...measured].reverse().map((trial) => {
    const points = [...axes.map((axis, i) => place(i, share(axis, trial))), place(axes.length, height(trial.value))];
    const line = element("polyline", { points: points.map((point) => point.map((number) => number.toFixed(1)).join(",")).join(" "), class: "trial", style: `stroke: ${tone(height(trial.value))}` });
    line.append(element("title", {}, t("trial {0}: {1}", trial.index, valueText(trial.value, objective, task))));
    return line;
  });
  const ends = (axis) => (axis.choices.length ? [axis.choices[0], axis.choices.at(-1)] : [axis.low, axis.high]);
  const marks = [...axes.map((axis, i) => [i, nameOf(axis.key), ...ends(axis).map(textOf)]), [axes.length, t(readable(objective)), valueText(low, objective, task), valueText(high, objective, task)]].flatMap(([i, name, bottom, top]) => {
    const [x, y0] = place(i, 0);
    const [, y1] = place(i, 1);
    return [element("line", { x1: x, y1: y0, x2: x, y2: y1, class: "axis" }), element("text", { x, y: 12, class: "name" }, name), element("text", { x, y: y1 - 6 }, top), element("text", { x, y: y0 + 16 }, bottom)];
  });
  const svg = element("svg", { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img", class: "parallel", "aria-label": t("parallel coordinates of {0} trials; the table above has their values", measured.length) });
  svg.append(...lines, ...marks);
  return svg;
}

/** From the colour of the best (share 0) to that of the worst. */
function tone(share) {
  return `color-mix(in srgb, var(--train) ${Math.round(100 * (1 - share))}%, var(--rule))`;
}

function valueText(value, objective, task) {
  return objective?.endsWith("error") ? errorText(value, task) : short(value);
}

function textOf(value) {
  return typeof value === "number" ? short(value, 3) : value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);
}

function nameOf(key) {
  return readable(key.replace(/\.name$/, "").split(".").at(-1));
}

function element(name, attributes, text = null) {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) key === "style" ? made.style.setProperty("stroke", value.slice(8)) : made.setAttribute(key, value);
  if (text !== null) made.textContent = text;
  return made;
}
