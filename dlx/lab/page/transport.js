/** The transport: play, pause, one step, one epoch, speed, again with the same or another seed; and how far it is. */

import { at, errorText, fill, make, readable, short } from "./elements.js";

const SPEEDS = [["1", "1 step a second"], ["10", "10 steps a second"], ["100", "100 steps a second"], ["1000", "1,000 steps a second"], ["full", "full speed"]];

/** Shows the buttons; `send` takes what they ask for. */
export class Transport {
  constructor(send) {
    this.play = make("button", { type: "button", class: "main", click: () => send({ do: this.isPlaying ? "pause" : "play" }) }, "Play");
    const button = (text, message, help) => make("button", { type: "button", title: help, click: () => send(message) }, text);
    this.epoch = button("1 epoch", { do: "epoch" }, "train to the end of the epoch");
    const speed = make(
      "select",
      { "aria-label": "speed", change: () => send({ do: "speed", speed: speed.value }) },
      ...SPEEDS.map(([value, text]) => make("option", { value }, text)),
    );
    this.speed = speed;
    this.isPlaying = false;
    fill(
      at("transport"),
      this.play,
      button("1 step", { do: "step" }, "take one step of the optimizer"),
      this.epoch,
      button("Restart", { do: "restart", seed: "same" }, "begin anew with the same seed: the same bits"),
      button("Other seed", { do: "restart", seed: "other" }, "begin anew with the next seed"),
      speed,
    );
    this.bar = make("progress", { max: 1, value: 0, "aria-label": "how far training is" });
    this.text = make("span");
    fill(at("progress"), this.bar, this.text);
    this.announced = "";
  }

  /** Take in a frame: how far it is, and whether it plays. */
  show(frame, task) {
    this.isPlaying = frame.playing;
    const word = frame.playing ? "Pause" : frame.ended ? "Play again" : "Play";
    if (this.play.textContent !== word) this.play.textContent = word;
    this.speed.value = frame.speed;
    this.bar.max = frame.epochs;
    this.bar.value = Math.min(frame.epoch, frame.epochs);
    const isObjective = task === "objective"; // an epoch of which is a step
    this.epoch.hidden = isObjective;
    const epoch = frame.epoch < 10 ? frame.epoch.toFixed(1) : Math.floor(frame.epoch).toLocaleString("en");
    const newest = isObjective ? (this.last?.[2] ?? null) : frame.cost; // J where w is now, not before the step
    const cost = newest === null ? "" : `, ${isObjective ? "J" : "batch cost"} ${short(newest)}`;
    const [step, epochs] = [frame.step, frame.epochs].map((count) => count.toLocaleString("en"));
    this.text.textContent = isObjective ? ` step ${step} of ${epochs}${cost}` : ` epoch ${epoch} of ${epochs}, step ${step}${cost}`;
    this.announce(frame, task);
  }

  /** Say where training rests, for those who do not see it. */
  announce(frame, task) {
    if (frame.playing) return;
    const last = this.last;
    const errors = last && task !== "objective" ? `, train cost ${short(last[2])}, train error ${errorText(last[4], task)}${last[5] === null ? "" : `, dev error ${errorText(last[5], task)}`}` : "";
    const place = task === "objective" ? `step ${frame.step}` : `epoch ${frame.ended ? Math.floor(frame.epoch) : Math.ceil(frame.epoch)}`;
    const text = frame.message || (frame.ended ? `${readable(frame.status)} after ${place}` : frame.step ? `paused ${task === "objective" ? "after" : "in"} ${place}` : "ready");
    const whole = text + errors + (frame.kept ? `; kept as ${frame.kept}` : "");
    if (whole === this.announced) return;
    this.announced = whole;
    at("status").textContent = whole;
    at("status").classList.toggle("problem", Boolean(frame.message));
  }
}
