/** A lesson: a question, a prediction, the training, what happened, and at the end the notes' sentence. */

import { get } from "./connection.js";
import { at, errorText, fill, make, short } from "./elements.js";
import { LANGUAGE, t } from "./texts.js";

const STORED = "lesson"; // where a tab keeps the one that is open
/** Shows the list of lessons and the one that is open; `send` takes what it asks, `show` brings the playground up;
    `check` plants mistakes, and `transport` plays. While a question is open both do what the lesson does. */
export class Lessons {
  constructor(send, show, check, transport) {
    this.send = send;
    this.check = check;
    this.transport = transport;
    this.show = show;
    this.open = null;
  }

  /** The list of lessons, as soon as they are here. */
  async list() {
    this.lessons ??= await get("lessons");
    fill(
      at("lessons"),
      make("section", { "aria-labelledby": "lessons-title" }, make("h2", { id: "lessons-title" }, t("Lessons")),
        ...this.lessons.map((lesson) => this.card(lesson))),
    );
  }

  card(lesson) {
    const text = lesson[LANGUAGE];
    return make("article", { class: "card" }, make("h3", {}, text.title), make("p", {}, text.steps[0].text), make("button", { type: "button", class: "main", click: () => this.begin(lesson.name) }, t("Begin: {0}", text.title)));
  }

  /** Open a lesson by its name at its first step. */
  async begin(name) {
    this.lessons ??= await get("lessons");
    const lesson = this.lessons.find((each) => each.name === name);
    if (!lesson) return;
    this.open = { lesson, step: 0, results: [], predictions: [], phase: "question" };
    this.show("playground");
    this.load();
    this.setUp();
  }

  /** After the page was loaded anew: the lesson that was open here, where it was. */
  async restore() {
    const stored = JSON.parse(sessionStorage.getItem(STORED) ?? "null");
    if (!stored) return;
    this.lessons ??= await get("lessons");
    const lesson = this.lessons.find((each) => each.name === stored.name);
    if (!lesson) return;
    this.open = { ...stored, lesson };
    this.isRestoring = true;
    if (this.file) this.goOn();
  }

  /** Take in which file is on the page. */
  seeSpec({ file }) {
    this.file = file;
    if (this.isRestoring) this.goOn();
  }

  /** Show the lesson that is open; if the lab has another spec on the page by now, its step begins anew. */
  goOn() {
    const { lesson, phase } = this.open;
    this.isRestoring = false;
    const isThere = this.file.endsWith(`specs/${lesson.spec}`);
    if (!isThere) this.load();
    if (!isThere || (phase === "training" && lesson.check)) this.setUp();
    else this.draw();
  }

  /** Put the spec of the lesson on the page. */
  load() {
    this.send({ do: "open", lesson: this.open.lesson.name });
    this.send({ do: "speed", speed: this.open.lesson.speed });
  }

  /** Keep where it is for as long as the tab is open. */
  store() {
    const { lesson, ...rest } = this.open ?? {};
    if (this.open) sessionStorage.setItem(STORED, JSON.stringify({ ...rest, name: lesson.name }));
    else sessionStorage.removeItem(STORED);
  }

  setUp() {
    this.send({ do: "assign", changes: this.open.lesson.steps[this.open.step] });
    this.open.phase = "question";
    this.check.clear();
    this.draw();
    at("prediction")?.focus();
  }

  leave() {
    this.open = null;
    this.store();
    this.place(false);
    this.send({ do: "open", lesson: null });
    this.send({ do: "speed", speed: "full" });
  }

  /** Give the lesson its place beside the picture, or take it away. */
  place(isOpen) {
    if (!isOpen) this.check.guide = this.transport.guide = null;
    const isCheck = isOpen && Boolean(this.open.lesson.check);
    at("playground").classList.toggle("in-check", isCheck);
    if (isCheck) at("gradients").open = true;
    at("lesson").hidden = !isOpen;
    at("playground").classList.toggle("in-lesson", isOpen);
  }

  /** Take in where the training is: what happened is told when it has ended. */
  see(frame, last, task) {
    const open = this.open;
    this.training = frame.training;
    if (open?.phase !== "training" || open.lesson.check || frame.training <= open.before || frame.playing || !frame.ended) return;
    open.results[open.step] = last ? { cost: short(last[2], 3), error: errorText(last[4], task), dev: errorText(last[5], task) } : { cost: frame.message, error: frame.message };
    open.phase = "happened";
    this.draw();
    at("happened")?.focus();
  }

  /** Take in what the gradient check says. */
  seeCheck(message) {
    const open = this.open;
    if (open?.phase !== "training" || !open.lesson.check) return;
    const wrong = message.parameters.filter((each) => each.verdict !== "great").map((each) => each.name);
    open.results[open.step] = { ...message, wrong: wrong.join(", ") };
    open.phase = "happened";
    this.draw();
    at("happened")?.focus();
  }

  /** The mistake that is to be planted in this step. */
  get planted() {
    return this.open.lesson.check?.[this.open.step] ?? "none";
  }

  /** What has to be done first; empty where nothing has. */
  missing() {
    if (!at("prediction").value.trim()) return t("Write down what you expect; then it plays.");
    const planted = this.planted;
    if (planted === "none") return "";
    if (planted !== "any" && this.check.mistake.value !== planted) return t("Choose this mistake, and a line: {0}", planted);
    return this.check.place ? "" : t("Choose a line of the backward pass.");
  }

  play() {
    const missing = this.missing();
    if (missing) {
      at("prediction-help").textContent = missing;
      if (!at("prediction").value.trim()) at("prediction").focus();
      else this.check.demand(this.planted);
      return;
    }
    this.open.predictions[this.open.step] = at("prediction").value.trim();
    this.open.phase = "training";
    if (this.open.lesson.check) {
      this.check.run();
      this.draw();
      return;
    }
    this.open.before = this.training;
    this.send({ do: "assign", changes: this.open.lesson.steps[this.open.step] }); // from its beginning, without what was changed meanwhile
    this.send({ do: "play" });
    this.draw();
  }

  draw() {
    const { lesson, step, phase, predictions, results } = this.open;
    const text = lesson[LANGUAGE];
    this.place(true);
    const guide = phase === "question" ? () => this.play() : null;
    this.check.guide = lesson.check ? guide : null;
    this.transport.guide = lesson.check ? null : guide;
    this.store();
    const part = text.steps[step];
    const rows = [make("p", {}, part.text), make("p", { class: "question" }, part.question)];
    if (phase === "question") {
      const area = make("textarea", { id: "prediction", rows: 2, "aria-describedby": "prediction-help", input: () => { predictions[step] = area.value; this.store(); } }, predictions[step] ?? "");
      rows.push(make("label", { for: "prediction" }, t("What do you expect?")), area, make("p", { id: "prediction-help", class: "source", role: "status" }), make("button", { type: "button", class: "main", click: () => this.play() }, lesson.check ? t("Check") : t("Play")));
    } else {
      rows.push(make("blockquote", {}, make("span", { class: "source" }, `${t("You expected")}: `), predictions[step]));
    }
    if (phase === "training") rows.push(make("p", { class: "source", role: "status" }, t("It trains …")));
    if (phase === "happened") {
      const before = results[step - 1] ?? {};
      const values = { ...results[step], before: before.cost, before_error: before.error, before_dev: before.dev };
      rows.push(make("h3", { id: "happened", tabindex: "-1" }, t("What happened")), make("p", {}, part.happened.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "")));
      rows.push(...(step + 1 < text.steps.length ? [this.next()] : this.end(lesson, text)));
    }
    fill(
      at("lesson"),
      make("div", { class: "row" }, make("h2", {}, text.title), make("span", { class: "source" }, t("Step {0} of {1}", step + 1, text.steps.length)),
        make("button", { type: "button", click: () => this.leave() }, t("Leave the lesson"))),
      ...rows,
    );
  }

  next() {
    return make("button", { type: "button", class: "main", click: () => {
      this.open.step += 1;
      this.setUp();
    } }, t("Next"));
  }

  end(lesson, text) {
    const free = () => {
      this.open = null;
      this.store();
      this.place(false);
      at("stage").focus();
    };
    return [
      make("p", {}, text.notes, ` ${t("(p. {0}):", lesson.notes.page)}`),
      make("blockquote", { lang: "es" }, lesson.notes.sentence),
      make("button", { type: "button", class: "main", click: free }, t("Go on playing")),
    ];
  }
}
