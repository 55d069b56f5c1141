/** The transport: play, pause, one step, one epoch, speed, again with the same or another seed; and how far it is. */

import { at, errorText, fill, make, readable, short } from "./elements.js";
import { t } from "./texts.js";

const SPEEDS = [["1", t("1 step a second")], ["10", t("10 steps a second")], ["100", t("100 steps a second")], ["1000", t("1,000 steps a second")], ["full", t("full speed")]];

/** Shows the buttons; `send` takes what they ask for. */
export class Transport {
  constructor(send) {
    this.play = make("button", { type: "button", class: "main", click: () => (this.guide ? this.guide() : send({ do: this.isPlaying ? "pause" : "play" })) }, t("Play"));
    const button = (text, message, help) => make("button", { type: "button", title: help, click: () => send(message) }, text);
    this.epoch = button(t("1 epoch"), { do: "epoch" }, t("train to the end of the epoch"));
    const speed = make(
      "select",
      { "aria-label": t("speed"), change: () => send({ do: "speed", speed: speed.value }) },
      ...SPEEDS.map(([value, text]) => make("option", { value }, text)),
    );
    this.speed = speed;
    this.isPlaying = false;
    this.guide = null; // what a lesson does in place of playing
    fill(
      at("transport"),
      this.play,
      button(t("1 step"), { do: "step" }, t("take one step of the optimizer")),
      this.epoch,
      button(t("Restart"), { do: "restart", seed: "same" }, t("begin anew with the same seed: the same bits")),
      button(t("Other seed"), { do: "restart", seed: "other" }, t("begin anew with the next seed")),
      speed,
    );
    this.bar = make("progress", { max: 1, value: 0, "aria-label": t("how far training is") });
    this.text = make("span");
    fill(at("progress"), this.bar, this.text);
    this.announced = "";
  }

  /** Take in a frame: how far it is, and whether it plays. */
  show(frame, task) {
    this.isPlaying = frame.playing;
    const word = frame.playing ? t("Pause") : frame.ended ? t("Play again") : t("Play");
    if (this.play.textContent !== word) this.play.textContent = word;
    this.speed.value = frame.speed;
    this.bar.max = frame.epochs;
    this.bar.value = Math.min(frame.epoch, frame.epochs);
    const isObjective = task === "objective"; // an epoch of which is a step
    this.epoch.hidden = isObjective;
    const epoch = frame.epoch < 10 ? frame.epoch.toFixed(1) : Math.floor(frame.epoch).toLocaleString("en");
    const newest = isObjective ? (this.last?.[2] ?? null) : frame.cost; // J where w is now, not before the step
    const cost = newest === null ? "" : isObjective ? `, J ${short(newest)}` : `, ${t("batch cost {0}", short(newest))}`;
    const [step, epochs] = [frame.step, frame.epochs].map((count) => count.toLocaleString("en"));
    this.text.textContent = (isObjective ? t("step {0} of {1}", step, epochs) : t("epoch {0} of {1}, step {2}", epoch, epochs, step)) + cost;
    this.announce(frame, task);
  }

  /** Say where training rests, for those who do not see it. */
  announce(frame, task) {
    if (frame.playing) return;
    const last = this.last;
    const isObjective = task === "objective";
    const measured = last && !isObjective ? [t("train cost {0}", short(last[2])), t("train error {0}", errorText(last[4], task))] : [];
    if (measured.length && last[5] !== null) measured.push(t("dev error {0}", errorText(last[5], task)));
    const epoch = frame.ended ? Math.floor(frame.epoch) : Math.ceil(frame.epoch);
    const text = frame.message || (frame.ended ? this.end(frame, isObjective, epoch) : this.rest(frame, isObjective, epoch));
    const errors = measured.map((part) => `, ${part}`).join("");
    const whole = text + errors + (frame.kept ? `; ${t("kept as {0}", frame.kept)}` : "");
    if (whole === this.announced) return;
    this.announced = whole;
    at("status").textContent = whole;
    at("status").classList.toggle("problem", Boolean(frame.message));
  }
  end(frame, isObjective, epoch) {
    const status = t(readable(frame.status));
    return isObjective ? t("{0} after step {1}", status, frame.step) : t("{0} after epoch {1}", status, epoch);
  }

  rest(frame, isObjective, epoch) {
    if (!frame.step) return t("ready");
    return isObjective ? t("paused after step {0}", frame.step) : t("paused in epoch {0}", epoch);
  }
}
