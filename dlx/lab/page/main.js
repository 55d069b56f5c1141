/** The page: hands what the lab says to the parts of the page, and what hands do to the lab. */

import { GradientCheck } from "./check.js";
import { connect } from "./connection.js";
import { Controls } from "./controls.js";
import { Chart, Series } from "./curves.js";
import { at, fill, make } from "./elements.js";
import { Lessons } from "./lesson.js";
import { NetworkView } from "./network.js";
import { Picture } from "./picture.js";
import { Runs } from "./runs.js";
import { SpecView } from "./spec.js";
import { LANGUAGE, t } from "./texts.js";
import { Transport } from "./transport.js";
import { Race, showVerdict } from "./verdict.js";

const VIEWS = ["playground", "lessons", "runs"];
const COLUMNS = 6; // of a row: epoch, cost, and the costs and errors of train and dev

const GONE = t("The lab does not answer: it may have ended, and what was kept as a run is in its folder. This page tries again; dlx lab opens a new one.");

const send = connect(receive, (isThere, fault) => {
  at("offline").hidden = isThere;
  if (!isThere) at("offline").textContent = fault || GONE;
});
const controls = new Controls((key, value, gesture) => send({ do: "change", key, value, gesture }));
const spec = new SpecView(send);
const transport = new Transport(send);
const picture = new Picture();
const network = new NetworkView(send);
const runs = new Runs();
const check = new GradientCheck(send);
const lessons = new Lessons(send, view, check, transport);
const costs = new Chart(t("Cost"));
const errors = new Chart(t("Error"));
fill(at("curves"), costs.element, errors.element);
const race = new Race(send);

const state = { training: null, task: "", frame: null, isDue: false };

function receive(message) {
  if (message.about === "spec") {
    spec.show(message);
    lessons.seeSpec(message);
    controls.show(message.sections, message.changed);
    if (!message.problems.length) check.renew();
  } else if (message.about === "frame") take(message);
  else if (message.about === "verdict") message.training === state.training && showVerdict(message.judgement);
  else if (message.about === "race") race.show(message);
  else if (message.about === "lines") check.show(message);
  else if (message.about === "check") {
    check.outcome(message);
    lessons.seeCheck(message);
  } else if (message.about === "note") {
    spec.say(message.text, message.error, message.command);
    if (message.error) race.refuse(message.text);
  }
}

/** Take in a frame; it is drawn when the screen is next. */
function take(frame) {
  if (frame.start || frame.training !== state.training) {
    Object.assign(state, { training: frame.training, last: null, count: 0, live: new Series() });
    state.columns = Array.from({ length: COLUMNS }, () => new Series());
    showVerdict(null);
  }
  if (frame.start) {
    state.task = frame.start.task;
    picture.begin(frame.start.view);
    network.begin(frame.start.sizes, frame.start.inputs);
    at("units").hidden = !frame.start.sizes;
    at("gradients").hidden = state.task === "objective";
    errors.element.hidden = state.task === "objective";
    errors.percent = state.task !== "regression";
    costs.unit = state.task === "objective" ? t("step") : t("epoch");
    for (const remark of frame.start.remarks) spec.say(remark);
  }
  for (const row of frame.rows) state.columns.forEach((column, i) => column.add(row[0], row[i]));
  state.count += frame.rows.length;
  state.last = frame.rows.at(-1) ?? state.last;
  if (frame.epoch > 0) state.live.add(frame.epoch, frame.cost);
  state.frame = frame;
  race.see(frame, state.task, state.raced !== frame.training);
  state.raced = frame.training;
  lessons.see(frame, state.last, state.task);
  send({ do: "seen" });
  if (frame.picture) state.picture = frame.picture;
  if (frame.pictures) state.pictures = frame.pictures;
  if (frame.picture?.ground) picture.ground = frame.picture.ground;
  if (state.isDue) return;
  state.isDue = true;
  requestAnimationFrame(draw);
}

function draw() {
  state.isDue = false;
  const points = (column) => state.columns[column].points;
  const isFew = state.count < 50 && state.live.points.length > state.count;
  transport.last = state.last;
  transport.show(state.frame, state.task);
  costs.show([
    { name: state.task === "objective" ? t("J before the step") : t("of the batches"), color: "--cost", width: 1, points: isFew ? state.live.points : points(1) },
    { name: state.task === "objective" ? "J" : t("train"), color: "--train", points: points(2) },
    { name: t("dev"), color: "--dev", points: points(3) },
  ]);
  errors.show([
    { name: t("train"), color: "--train", points: points(4) },
    { name: t("dev"), color: "--dev", points: points(5) },
  ]);
  if (state.frame.weights && at("units").open) network.show(state.frame.weights);
  if (state.frame.units) network.mark(state.frame.units);
  if (state.pictures && at("units").open) network.paint(state.pictures);
  state.pictures = null;
  if (state.picture) picture.show(state.picture);
  state.picture = null;
}

function view(name) {
  for (const other of VIEWS) {
    at(other).hidden = other !== name;
    at(`tab-${other}`).setAttribute("aria-selected", String(other === name));
    at(`tab-${other}`).tabIndex = other === name ? 0 : -1;
  }
  history.replaceState(null, "", name === "playground" ? location.pathname + location.search : `#${name}`);
  if (name === "runs") runs.open();
  if (name === "lessons") lessons.list();
}

for (const [i, name] of VIEWS.entries()) {
  at(`tab-${name}`).addEventListener("click", () => view(name));
  at(`tab-${name}`).addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = VIEWS[(i + step + VIEWS.length) % VIEWS.length];
    view(next);
    at(`tab-${next}`).focus();
  });
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => state.frame && (picture.draw(), draw()));
at("language").value = LANGUAGE;
at("language").addEventListener("change", () => (location.search = `?lang=${at("language").value}`)); // what was done here stays
const place = location.hash.slice(1);
const lesson = /^lesson=(\w+)$/.exec(place)?.[1];
view(VIEWS.includes(place) ? place : "playground");
if (lesson) lessons.begin(lesson);
else lessons.restore();
