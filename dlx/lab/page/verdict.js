/** The verdict: what the errors tell now about bias and variance, with intervals, and what was found. */

import { at, fill, make, readable } from "./elements.js";

const LEVELS = { high: "high", low: "low", unsettled: "unsettled" };

/** Show a judgement beside the curves; null where there is none yet. */
export function showVerdict(judgement) {
  if (!judgement) return fill(at("verdict"));
  const level = judgement.verdict.includes("high") ? "high" : judgement.verdict === "unsettled" ? "unsettled" : "low";
  const gaps = judgement.gaps.map((gap) => row(readable(gap.name), gap.value, gap.interval, make("span", { class: `badge ${LEVELS[gap.level]}` }, gap.level)));
  const errors = judgement.errors.map((error) => row(`${readable(error.name)} error`, error.value, error.interval, error.m ? `${error.m.toLocaleString("en")} examples` : ""));
  fill(
    at("verdict"),
    make("h3", {}, "Verdict ", make("span", { class: `badge ${level}` }, judgement.verdict)),
    make("div", { class: "scrolled" }, make("table", {}, make("caption", {}, "with 95 % intervals"), make("tbody", {}, ...gaps, ...errors))),
    ...judgement.findings.map((finding) =>
      make("div", { class: `finding ${finding.severity}` },
        make("p", {}, make("span", { class: `badge ${finding.severity}` }, finding.severity), " ", make("strong", {}, readable(finding.name)), `: ${finding.evidence}`),
        make("p", { class: "source" }, finding.remedy)),
    ),
    judgement.next.length ? make("h3", {}, "What to do next") : null,
    judgement.next.length ? make("ul", {}, ...judgement.next.map((step) => make("li", {}, step))) : null,
  );
}

function row(name, value, interval, more) {
  return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value), make("td", {}, interval), make("td", {}, more));
}
