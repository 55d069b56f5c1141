/** The gradient check: the lines of a step, of which one can be given a mistake, and what the check says of it. */

import { at, fill, make } from "./elements.js";
import { t } from "./texts.js";

/** Shows the lines and the outcome; `send` is told what to plant. */
export class GradientCheck {
  constructor(send) {
    this.send = send;
    this.place = null;
    this.guide = null; // what a lesson does in place of the mere check
    this.mistake = make("select", { id: "mistake", change: () => this.outcome(null) });
    this.start = make("button", { type: "button", class: "main", click: () => (this.guide ? this.guide() : this.run()) }, t("Check"));
    this.lines = make("ol", { class: "step", "aria-label": t("the lines of a step; those of the backward pass can be given a mistake: the arrow keys go through them"), keydown: (event) => this.move(event) });
    this.result = make("div", { role: "status" });
    this.details = at("gradients");
    this.details.append(make("p", { class: "row" }, make("label", { for: "mistake" }, t("mistake in the line that is chosen")), this.mistake, this.start), this.lines, this.result);
    this.details.addEventListener("toggle", () => this.ask());
  }

  /** The spec is another one: what is shown of its step is out of date. */
  renew() {
    this.place = null;
    this.outcome(null);
    this.ask();
  }

  ask() {
    if (this.details.open && !this.details.hidden) this.send({ do: "lines" });
  }

  show({ lines, mistakes }) {
    const present = this.mistake.value;
    fill(this.mistake, ...mistakes.map((name) => make("option", {}, name)));
    if (mistakes.includes(present)) this.mistake.value = present;
    fill(this.lines, ...lines.map((line) => make("li", {}, line.place ? this.button(line) : make("code", {}, line.text))));
    this.rove(this.lines.querySelector("button"));
  }

  button(line) {
    const key = JSON.stringify(line.place);
    const button = make("button", { type: "button", class: "line", tabindex: "-1", "aria-pressed": "false", title: t("in {0}", line.place[0]), click: () => { this.rove(button); this.choose(key); } }, make("code", {}, line.text));
    button.dataset.place = key;
    return button;
  }

  /** Let Tab come to this line, and to no other. */
  rove(button) {
    for (const other of this.lines.querySelectorAll("button")) other.tabIndex = other === button ? 0 : -1;
  }

  /** Go to another line by the arrow keys. */
  move(event) {
    const buttons = [...this.lines.querySelectorAll("button")];
    const here = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (here < 0 || !buttons[to]) return;
    event.preventDefault();
    this.rove(buttons[to]);
    buttons[to].focus();
  }

  /** Put the focus on what has to be chosen: another mistake, or a line. */
  demand(mistake) {
    const isOther = mistake !== "any" && this.mistake.value !== mistake;
    (isOther ? this.mistake : this.lines.querySelector("button[tabindex='0']"))?.focus();
  }

  /** Let the mistake be in this line, or in none if it was there. */
  choose(key) {
    this.place = this.place === key ? null : key;
    for (const button of this.lines.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.place === this.place));
    this.outcome(null);
  }

  /** Plant nothing. */
  clear() {
    this.place = null;
    this.choose(null);
  }

  run() {
    fill(this.result, make("p", { class: "source" }, t("It checks …")));
    this.send({ do: "check", place: this.place && JSON.parse(this.place), mistake: this.mistake.value });
  }

  /** Show what came out; null where nothing has been checked. */
  outcome(message) {
    if (!message) return fill(this.result);
    const place = message.operation ? `${message.operation}: ${message.sentence}` : t("every gradient is that of the cost");
    const rows = message.parameters.map((each) => make("tr", {}, make("th", { scope: "row" }, each.name), make("td", {}, each.difference), make("td", {}, make("span", { class: `badge ${each.verdict === "great" ? "low" : each.verdict === "worry" ? "high" : "unsettled"}` }, t(each.verdict)))));
    fill(
      this.result,
      make("p", {}, make("span", { class: `badge ${message.passed ? "low" : "high"}` }, message.passed ? t("passed") : t("failed")), ` ${place}`, message.planted ? make("span", { class: "source" }, ` ${t("(planted: {0})", message.planted)}`) : null),
      make("table", {}, make("caption", {}, t("difference {0} in all", message.difference)), make("tbody", {}, ...rows)),
    );
  }
}
