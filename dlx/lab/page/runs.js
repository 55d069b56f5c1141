/** The runs: a table of past and running trainings, filtered and sorted, with the curves of those that are chosen. */

import { get } from "./connection.js";
import { Chart } from "./curves.js";
import { at, classColor, errorText, fill, make, readable, scrolled, short, shortId, wayOn } from "./elements.js";
import { Searches } from "./searches.js";
import { t } from "./texts.js";

const EVERY = 1500; // milliseconds between two looks at the files
const MOST_CHOSEN = 12;
const MOST_ROWS = 200; // that are shown at once
const DESCENDING = new Set(["started"]);

/** The view of all runs; it looks at them while it is open. */
export class Runs {
  constructor() {
    this.runs = [];
    this.chosen = [];
    this.sort = { column: "started", down: true };
    this.most = MOST_ROWS;
    this.filter = make("input", { type: "search", id: "runs-filter", placeholder: t("digits completed"), input: () => this.table() });
    this.count = make("span", { class: "source", role: "status" });
    this.place = make("div", { class: "scrolled", tabindex: "0", role: "group", "aria-label": t("table of runs") });
    this.costs = new Chart(t("Cost"));
    this.errors = new Chart(t("Error"));
    this.differences = make("div");
    this.verdict = make("div", { role: "status" });
    this.searches = new Searches((key) => this.choose(key, !this.chosen.includes(key)), (key) => this.chosen.includes(key));
    this.beside = make("section", { hidden: true, "aria-labelledby": "compared-title" }, make("h2", { id: "compared-title" }, t("Chosen runs")), make("p", { class: "source" }, t("thin: train, thick: dev; of runs that differ only in their seeds the mean, with a band")), make("div", { class: "pair" }, this.costs.element, this.errors.element), this.verdict, this.differences);
    fill(
      at("runs"),
      make("section", { "aria-labelledby": "runs-title" }, make("h2", { id: "runs-title" }, t("Runs")),
        make("p", { class: "row" }, make("label", { for: "runs-filter" }, t("Filter")), this.filter, this.count), this.place),
      this.searches.element,
      this.beside,
    );
  }

  /** Look at the runs now, and again while the view is open. */
  async open() {
    clearTimeout(this.timer);
    if (at("runs").hidden) return;
    if (!document.hidden) await this.look();
    this.timer = setTimeout(() => this.open(), EVERY);
  }

  async look() {
    try {
      const { columns, runs, searches } = await get("runs/list");
      this.columns = columns;
      const isSame = JSON.stringify(runs) === this.text;
      if (!isSame) {
        this.text = JSON.stringify(runs);
        this.runs = runs;
        this.table();
      }
      const before = this.searches.text;
      await this.searches.show(searches);
      if (this.chosen.length && (!isSame || before !== this.searches.text || !this.compared)) await this.compare();
    } catch (error) {
      this.count.textContent = String(error.message);
    }
  }

  /** The runs that have every word of the filter somewhere, in the order of a column. */
  selected() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (run) => [...this.columns.map((column) => run[column]), t(readable(run.status)), ...run.tags].join(" ").toLowerCase();
    const matches = this.runs.filter((run) => words.every((word) => text(run).includes(word)));
    const { column, down } = this.sort;
    const absent = (run) => run[column] === null || run[column] === "";
    return matches.sort((a, b) => {
      if (absent(a) || absent(b)) return Number(absent(a)) - Number(absent(b));
      const order = a[column] < b[column] ? -1 : a[column] > b[column] ? 1 : 0;
      return down ? -order : order;
    });
  }

  table() {
    const focus = document.activeElement?.dataset?.focus;
    const rows = this.selected();
    this.count.textContent = this.runs.length ? t("{0} of {1}", rows.length.toLocaleString("en"), this.runs.length.toLocaleString("en")) : t("no runs yet: keep a training as a run, or dlx train");
    const shown = rows.slice(0, this.most).map((run) => this.row(run));
    fill(
      this.place,
      make("table", { class: "runs" }, make("thead", {}, make("tr", {}, make("td"), ...this.columns.map((column) => this.heading(column)))), make("tbody", {}, ...shown)),
      rows.length > this.most ? make("button", { type: "button", click: () => { this.most *= 4; this.table(); } }, t("show more than {0}", this.most)) : null,
    );
    if (focus) [...this.place.querySelectorAll("[data-focus]")].find((element) => element.dataset.focus === focus)?.focus();
  }

  heading(column) {
    const isSorted = this.sort.column === column;
    const order = isSorted ? (this.sort.down ? "descending" : "ascending") : "none";
    const turn = () => {
      this.sort = { column, down: isSorted ? !this.sort.down : DESCENDING.has(column) };
      this.table();
    };
    const sign = isSorted ? (this.sort.down ? " ▾" : " ▴") : "";
    return make("th", { scope: "col", "aria-sort": order }, make("button", { type: "button", class: "plain", "data-focus": `sort ${column}`, click: turn }, t(readable(column)) + sign));
  }

  row(run) {
    const number = this.chosen.indexOf(run.key);
    const box = make("input", { type: "checkbox", "aria-label": t("show {0} {1}", run.name, run.id), "data-focus": run.key, checked: number >= 0, change: () => this.choose(run.key, box.checked) });
    const cells = this.columns.map((column) => make("td", { class: column }, this.cell(run, column)));
    const row = make("tr", { title: run.fault || null }, make("td", {}, box), ...cells);
    if (number >= 0) row.style.setProperty("--mark", `rgb(${classColor(number)})`);
    row.classList.toggle("chosen", number >= 0);
    return row;
  }

  cell(run, column) {
    const value = run[column];
    if (column.endsWith("_error")) return errorText(value, run.task);
    if (column === "started") return value ? String(value).slice(0, 19).replace("T", " ") : "–";
    if (column === "id") return make("span", { title: value }, shortId(value));
    if (column === "name" && run.tags.length) return `${value} · ${run.tags.join(" ")}`;
    if (column === "status") return t(readable(value));
    return typeof value === "number" ? (Number.isInteger(value) ? value.toLocaleString("en") : short(value)) : (value ?? "–");
  }

  choose(key, isChosen) {
    this.chosen = this.chosen.filter((other) => other !== key);
    if (isChosen) this.chosen = [...this.chosen, key].slice(-MOST_CHOSEN);
    this.table();
    this.compare();
  }

  /** The curves of the chosen runs over each other, and where their specs differ. */
  async compare() {
    this.beside.hidden = this.chosen.length === 0;
    if (!this.chosen.length) return;
    const asked = this.chosen;
    const keys = asked.map((key) => ["run", key]);
    const compared = await get("runs/compared", keys);
    if (asked !== this.chosen) return; // others have been chosen meanwhile, and are compared by now
    const there = asked.filter((key) => compared.runs.some((run) => run.key === key));
    if (there.length < asked.length) {
      this.chosen = there; // the folder of another is gone
      this.table();
      if (!there.length) return this.compare();
    }
    this.compared = compared;
    this.curves(compared, []);
    const faults = compared.runs.filter((run) => run.fault).map((run) => make("p", { class: "problem" }, run.fault));
    const ways = compared.runs.filter((run) => run.again).map((run) => wayOn(shortId(run.key), run.again));
    fill(this.differences, ...faults, ...ways, compared.runs.length > 1 ? this.difference(compared) : null);
    const verdict = await get("runs/verdict", keys);
    if (this.compared !== compared) return; // others have been chosen meanwhile
    this.curves(compared, verdict.groups.filter((group) => group.keys.length > 1));
    fill(this.verdict, ...verdict.sentences.map(([label, text]) => make("p", {}, label ? make("strong", {}, `${label}: `) : null, text)));
  }

  /** The curves of the runs, and for the groups their means and bands in place of those of their runs. */
  curves(compared, groups) {
    const inGroups = new Set(groups.flatMap((group) => group.keys));
    const bands = (name) =>
      groups.filter((group) => group.curves[name]).map((group) => {
        const isDev = name.startsWith("dev");
        const rows = group.curves[name];
        return { name: t("{0}, {1} seeds", group.label, group.keys.length) + (isDev ? " dev" : ""), color: `rgb(${classColor(this.chosen.indexOf(group.keys[0]))})`, width: isDev ? 2.4 : 1.2, isBeside: isDev, points: rows.map(([x, mean]) => [x, mean]).filter((point) => point[1] !== null), band: isDev ? rows.filter((row) => row[2] !== null && row[3] !== null) : null };
      });
    const lines = (name) => [...bands(name), ...single(name)];
    const single = (name) =>
      compared.runs.filter((run) => !inGroups.has(run.key)).flatMap((run) => {
        const values = run.columns[name] ?? [];
        const color = `rgb(${classColor(this.chosen.indexOf(run.key))})`;
        const isDev = name.startsWith("dev");
        return { name: `${shortId(run.key)}${isDev ? " dev" : ""}`, color, width: isDev ? 2.4 : 1.2, isBeside: isDev, points: values.map((value, i) => [run.columns.epoch[i], value]).filter((point) => point[1] !== null) };
      });
    const tasks = new Set(compared.runs.map((run) => run.task));
    this.errors.percent = !tasks.has("regression") && !tasks.has("");
    this.costs.show([...lines("train_cost"), ...lines("dev_cost")]);
    this.errors.show([...lines("train_error"), ...lines("dev_error")]);
  }

  difference(compared) {
    if (!compared.differences.length) return make("p", { class: "source" }, t("Their specs are equal."));
    const head = compared.runs.map((run) => make("th", { scope: "col", title: run.key }, shortId(run.key)));
    const rows = compared.differences.map((entry) => make("tr", {}, make("th", { scope: "row" }, make("code", {}, entry.key)), ...entry.values.map((value) => make("td", {}, make("code", {}, value)))));
    return scrolled(t("where their specs differ"), make("table", {}, make("caption", {}, t("where their specs differ")), make("thead", {}, make("tr", {}, make("td"), ...head)), make("tbody", {}, ...rows)));
  }
}
