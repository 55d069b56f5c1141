/** The page: hands what the lab says to the parts of the page, and what hands do to the lab. */

import { connect } from "./connection.js";
import { Controls } from "./controls.js";
import { Chart } from "./curves.js";
import { at, fill, make } from "./elements.js";
import { Picture } from "./picture.js";
import { Runs } from "./runs.js";
import { SpecView } from "./spec.js";
import { Transport } from "./transport.js";
import { showVerdict } from "./verdict.js";

const VIEWS = ["playground", "runs"];
const MOST_LIVE = 4000; // points of the cost between rows

const send = connect(receive, (isThere) => {
  at("offline").hidden = isThere;
  if (!isThere) at("offline").textContent = "The lab does not answer: it may have ended. This page tries again.";
});
const controls = new Controls((key, value, gesture) => send({ do: "change", key, value, gesture }));
const spec = new SpecView(send);
const transport = new Transport(send);
const picture = new Picture();
const runs = new Runs();
const costs = new Chart("Cost");
const errors = new Chart("Error");
fill(at("curves"), costs.element, errors.element);

const state = { training: null, task: "", rows: [], live: [], frame: null, isDue: false };

function receive(message) {
  if (message.about === "spec") {
    spec.show(message);
    controls.show(message.sections, message.changed);
  } else if (message.about === "frame") take(message);
  else if (message.about === "verdict") message.training === state.training && showVerdict(message.judgement);
  else if (message.about === "note") spec.say(message.text, message.error, message.command);
}

/** Take in a frame; it is drawn when the screen is next. */
function take(frame) {
  if (frame.start || frame.training !== state.training) {
    Object.assign(state, { training: frame.training, rows: [], live: [] });
    showVerdict(null);
  }
  if (frame.start) {
    state.task = frame.start.task;
    picture.begin(frame.start.view);
    errors.element.hidden = state.task === "objective";
    errors.percent = state.task !== "regression";
    for (const remark of frame.start.remarks) spec.say(remark);
  }
  state.rows.push(...frame.rows);
  if (frame.cost !== null && frame.epoch > 0) state.live.push([frame.epoch, frame.cost]);
  if (state.live.length > MOST_LIVE) state.live = state.live.filter((_, i) => i % 2);
  state.frame = frame;
  if (frame.picture) state.picture = frame.picture;
  if (frame.picture?.ground) picture.ground = frame.picture.ground;
  if (state.isDue) return;
  state.isDue = true;
  requestAnimationFrame(draw);
}

function draw() {
  state.isDue = false;
  const points = (column) => state.rows.filter((row) => row[column] !== null).map((row) => [row[0], row[column]]);
  const isFew = state.rows.length < 50 && state.live.length > state.rows.length;
  transport.last = state.rows.at(-1);
  transport.show(state.frame, state.task);
  costs.show([
    { name: state.task === "objective" ? "J before the step" : "of the batches", color: "--cost", width: 1, points: isFew ? state.live : points(1) },
    { name: state.task === "objective" ? "J" : "train", color: "--train", points: points(2) },
    { name: "dev", color: "--dev", points: points(3) },
  ]);
  errors.show([
    { name: "train", color: "--train", points: points(4) },
    { name: "dev", color: "--dev", points: points(5) },
  ]);
  if (state.picture) picture.show(state.picture);
  state.picture = null;
}

function view(name) {
  for (const other of VIEWS) {
    at(other).hidden = other !== name;
    at(`tab-${other}`).setAttribute("aria-selected", String(other === name));
    at(`tab-${other}`).tabIndex = other === name ? 0 : -1;
  }
  history.replaceState(null, "", name === "playground" ? location.pathname : `#${name}`);
  if (name === "runs") runs.open();
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
view(location.hash === "#runs" ? "runs" : "playground");
