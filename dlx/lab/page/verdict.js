/** The verdict: what the errors tell now about bias and variance, with intervals, and what was found. */

import { Chart } from "./curves.js";
import { at, classColor, errorText, fill, make, readable, scrolled } from "./elements.js";
import { t } from "./texts.js";

const LEVELS = { high: "high", low: "low", unsettled: "unsettled" };

/** The button that tries remedies, and the race of their trainings; `send` is told to begin it. */
export class Race {
  constructor(send) {
    this.button = make("button", { type: "button", title: t("keep this training as a run, and train the remedies of the recipe for up to a minute"), click: () => this.begin(send) }, t("What would help?"));
    this.chart = new Chart(t("Dev error of the remedies"), { percent: true });
    this.result = make("div", { role: "status", tabindex: "-1", class: "result" });
    this.element = make("div", { hidden: true }, this.button, this.chart.element, this.result);
    this.chart.element.hidden = true;
    at("charts").append(this.element);
  }

  /** Try them; the focus goes to what comes of that, since the button has done its work. */
  begin(send) {
    this.button.disabled = this.isAsked = true;
    fill(this.result, make("p", { class: "source" }, t("The training is kept as a run, and remedies are tried on it …")));
    this.result.focus();
    send({ do: "help" });
  }

  /** The lab has said why something cannot be done: if it was this, it can be asked for again. */
  refuse(why) {
    if (!this.isAsked) return;
    this.button.disabled = this.isAsked = false;
    fill(this.result, make("p", { class: "problem" }, why));
  }

  /** Another training is there, or this one has come to another place. */
  see(frame, task, isNew) {
    this.element.hidden = task === "objective" || !frame.ended || Boolean(frame.message);
    if (!isNew) return;
    this.button.disabled = false;
    this.chart.element.hidden = true;
    fill(this.result);
  }

  show(race) {
    this.button.disabled = true;
    this.isAsked = false;
    this.chart.element.hidden = race.lanes.length === 0;
    this.chart.percent = race.task !== "regression";
    const labels = [...new Set(race.lanes.map((lane) => lane.label))];
    const named = new Set();
    this.chart.show(race.lanes.map(({ label, points }) => {
      const isBeside = named.has(label);
      named.add(label);
      return { name: label || t("as it is"), color: label ? `rgb(${classColor(labels.indexOf(label))})` : "--cost", width: label ? 1.4 : 3, isBeside, points };
    }));
    if (race.running) return fill(this.result, make("p", { class: "source" }, t("{0} trainings so far. It may take a minute; what is trained stays with the run.", race.lanes.length)));
    const { fault, outcome, verdict, remedies, bet, command } = race.end;
    if (fault) return fill(this.result, make("p", { class: "problem" }, fault));
    const rows = remedies.filter((each) => each.change).sort((a, b) => a.change.value - b.change.value).map((each) =>
      make("tr", {}, make("th", { scope: "row" }, each.title), make("td", {}, signed(each.change.value, race.task)), make("td", {}, each.change.low === null ? "" : t("({0} to {1})", signed(each.change.low, race.task), signed(each.change.high, race.task))), make("td", {}, t(readable(each.verdict)))));
    fill(
      this.result,
      make("p", {}, make("strong", {}, outcome), `; ${t("verdict")}: ${t(verdict)}`),
      rows.length ? scrolled(t("What would help?"), make("table", {}, make("caption", {}, t("change of the dev error, with its interval")), make("tbody", {}, ...rows))) : null,
      bet ? make("p", {}, t("The best bet is {0}: it helps with a probability of {1} %.", bet.title, (100 * bet.probability).toFixed(0))) : null,
      command ? make("pre", { class: "command" }, make("code", {}, command)) : null,
    );
  }
}

function signed(value, task) {
  return `${value < 0 ? "−" : "+"}${errorText(Math.abs(value), task)}`;
}

/** Show a judgement beside the curves; null where there is none yet. */
export function showVerdict(judgement) {
  if (!judgement) return fill(at("verdict"));
  const level = judgement.verdict.includes("high") ? "high" : judgement.verdict === "unsettled" ? "unsettled" : "low";
  const gaps = judgement.gaps.map((gap) => row(t(readable(gap.name)), gap.value, gap.interval, make("span", { class: `badge ${LEVELS[gap.level]}` }, gap.word)));
  const errors = judgement.errors.map((error) => row(t(`${readable(error.name)} error`), error.value, error.interval, error.m ? t("{0} examples", error.m.toLocaleString("en")) : ""));
  fill(
    at("verdict"),
    make("h3", {}, t("Verdict"), " ", make("span", { class: `badge ${level}` }, t(judgement.verdict))),
    make("div", { class: "scrolled", tabindex: "0", role: "group", "aria-label": t("Verdict") }, make("table", {}, make("caption", {}, t("with 95 % intervals")), make("tbody", {}, ...gaps, ...errors))),
    ...judgement.findings.map((finding) =>
      make("div", { class: `finding ${finding.severity}` },
        make("p", {}, make("span", { class: `badge ${finding.severity}` }, t(finding.severity)), " ", make("strong", {}, finding.title), `: ${finding.evidence}`),
        make("p", { class: "source" }, finding.remedy)),
    ),
    judgement.next.length ? make("h3", {}, t("What to do next")) : null,
    judgement.next.length ? make("ul", {}, ...judgement.next.map((step) => make("li", {}, step))) : null,
  );
}

function row(name, value, interval, more) {
  return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value), make("td", {}, interval), make("td", {}, more));
}
