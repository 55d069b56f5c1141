/** The spec as a file: the lines that differ, the whole text, the command; undo, saving and keeping. */

import { at, fill, make } from "./elements.js";
import { t } from "./texts.js";

/** Shows what the controls make of the file; `send` takes what the buttons ask for. */
export class SpecView {
  constructor(send) {
    const button = (text, message, help) => make("button", { type: "button", title: help, click: () => send(message) }, text);
    this.undo = button(t("Undo"), { do: "undo" }, t("take the last change back (Ctrl-Z)"));
    this.redo = button(t("Redo"), { do: "redo" }, t("make it again (Ctrl-Y)"));
    this.reset = button(t("As in the file"), { do: "reset" }, t("take all changes back"));
    this.own = make("button", { type: "button", id: "own", title: t("leave this spec, and take the one that the lab was opened with"), click: () => { send({ do: "open", lesson: null }); send({ do: "speed", speed: "full" }); } }, t("Back to the own spec"));
    fill(at("revisions"), this.undo, this.redo, this.reset, this.own);
    this.copy = make("button", { type: "button", click: () => this.copyCommand() }, t("Copy command"));
    this.saved = button(t("Save as spec"), { do: "save" }, t("write the whole spec below the folder of runs"));
    this.keep = button(t("Keep as run"), { do: "keep" }, t("make a run directory of this training, as dlx train would"));
    fill(at("keeping"), this.copy, this.saved, this.keep);
    this.command = make("code", { id: "command" });
    this.changes = make("div");
    this.whole = make("pre", { tabindex: "0", "aria-label": t("the whole spec") });
    fill(at("difference"), make("pre", { class: "command" }, this.command), this.changes, make("details", {}, make("summary", {}, t("the whole spec")), this.whole));
    document.addEventListener("keydown", (event) => this.shortcut(event, send));
  }

  /** Ctrl-Z and Ctrl-Y, but for where a text is being typed. */
  shortcut(event, send) {
    if (!(event.ctrlKey || event.metaKey) || event.target.matches?.("input[type=number], input[type=text], textarea")) return;
    const name = { z: event.shiftKey ? "redo" : "undo", y: "redo" }[event.key.toLowerCase()];
    if (!name) return;
    event.preventDefault();
    send({ do: name });
  }

  async copyCommand() {
    try {
      await navigator.clipboard.writeText(this.command.textContent);
      this.say(t("copied"));
    } catch {
      getSelection().selectAllChildren(this.command); // the browser does not let the page: it is selected to be copied
      this.say(t("selected: copy it with Ctrl-C"));
    }
  }

  show(spec) {
    at("title").textContent = `${spec.name} · ${spec.file}`;
    document.title = `${spec.name} · dlx lab`;
    this.undo.disabled = !spec.mayUndo;
    this.redo.disabled = !spec.mayRedo;
    this.reset.disabled = spec.changed.length === 0;
    this.own.hidden = spec.own;
    this.saved.disabled = this.keep.disabled = spec.problems.length > 0;
    this.command.textContent = spec.command;
    this.whole.textContent = spec.yaml;
    const lines = spec.difference.map((line) => make("span", { class: line[0] === "+" ? "added" : "removed" }, `${line}\n`));
    fill(this.changes, lines.length ? make("pre", { class: "difference", tabindex: "0", "aria-label": t("lines that differ from the file") }, ...lines) : make("p", { class: "source" }, t("No line differs from the file.")));
    fill(at("problems"), ...spec.problems.map((problem) => make("p", { class: "problem" }, problem)));
  }

  /** A word on what was just done. */
  say(text, isError = false, command = "") {
    fill(at("note"), text, command ? make("code", { class: "command" }, command) : null);
    at("note").classList.toggle("problem", isError);
  }
}
