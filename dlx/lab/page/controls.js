/** The controls of a spec: a section for each of its own, with sliders, choices, switches and layers. */

import { at, fill, make, readable, short } from "./elements.js";
import { placeOf, STEPS, valueAt } from "./scales.js";
import { t } from "./texts.js";

const OPEN = new Set(["data", "objective", "architecture", "regularization", "optimizer", "training"]);
const MOST_UNITS = 64; // that a button adds up to

/** Shows the controls of a spec; `change(key, value, gesture)` is told what a hand does. */
export class Controls {
  constructor(change) {
    this.change = change;
    this.gesture = 0;
    this.shape = "";
    this.shown = new Map();
  }

  /** Show these sections; where they are the same as before, only their values. */
  show(sections, changed) {
    const shape = JSON.stringify(sections.map((section) => [section.name, section.controls.map(shapeOf)]));
    if (shape !== this.shape) {
      const focus = document.activeElement?.id;
      this.shape = shape;
      this.build(sections);
      if (focus) at(focus)?.focus();
    }
    const names = new Set(changed);
    for (const section of sections) for (const control of section.controls) this.update(control, names.has(control.key));
  }

  build(sections) {
    const open = new Set([...at("sections").querySelectorAll("details[open]")].map((details) => details.dataset.name));
    const isFirst = at("sections").childElementCount === 0;
    this.shown.clear();
    fill(
      at("sections"),
      ...sections.map((section) => {
        const isOpen = isFirst || !open.size ? OPEN.has(section.name) : open.has(section.name);
        const frequent = section.controls.filter((control) => !isRare(control));
        const rare = section.controls.filter(isRare);
        const rows = frequent.map((control) => this.row(control, section.name));
        if (rare.length) {
          const name = `${section.name}-more`;
          const more = rare.map((control) => this.row(control, section.name));
          rows.push(make("details", { class: "more", "data-name": name, open: open.has(name) }, make("summary", {}, t("more")), ...more));
        }
        if (sections.length && section.controls.length === 1 && !section.controls[0].key.includes(".")) return make("div", { class: "alone" }, ...rows);
        return make("details", { "data-name": section.name, open: isOpen }, make("summary", {}, t(readable(section.name))), ...rows);
      }),
    );
  }

  /** A control with its label; its parts are kept, so that a hand on them is not disturbed. */
  row(control, section) {
    const id = `control-${control.key.replaceAll(".", "-")}`;
    const name = labelOf(control.key, section);
    const label = make("label", { for: id, title: [control.key, control.help].filter(Boolean).join(": ") }, name);
    const makers = { number: number, choice: choice, switch: toggle, layers: layers };
    const parts = makers[control.kind](this, control, id, name);
    const row = make("div", { class: `control ${control.kind}` }, label, ...parts.elements);
    this.shown.set(control.key, { row, ...parts });
    return row;
  }

  update(control, isChanged) {
    const parts = this.shown.get(control.key);
    parts.row.classList.toggle("changed", isChanged);
    parts.set(control);
  }

  /** A number for all changes of one pull. */
  nextGesture() {
    return ++this.gesture;
  }
}

function shapeOf(control) {
  const { key, kind, choices, words, scale, from, to, units } = control;
  return [key, kind, choices, words, scale, from, to, units?.length];
}

function isRare(control) {
  return control.value === null && (control.may_be_null || control.kind === "switch");
}

function labelOf(key, section) {
  const names = key.split(".").filter((name) => name !== "name");
  if (names[0] === section && names.length > 1) names.shift();
  return t(readable(names.join(" ")));
}

/** A slider with a field for exact values; words such as `full`, and leaving it out, are a choice beside them. */
function number(controls, control, id, name) {
  let present = control;
  let gesture = null;
  const field = make("input", { id, type: "number", step: "any", min: control.low, max: control.high });
  const slider = control.scale === "none" ? null : make("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": t("{0}, slider", name) });
  const words = [...(control.may_be_null ? [null] : []), ...control.words];
  const box = words.length
    ? make("select", { "aria-label": t("{0}, as a number or not", name) }, make("option", { value: "#" }, t("number")),
        ...words.map((word, i) => make("option", { value: i }, word === null ? t("not set") : t(readable(word)))))
    : null;
  const send = (value, pull = null) => controls.change(control.key, value, pull);
  field.addEventListener("change", () => field.value !== "" && send(Number(field.value)));
  if (slider) {
    slider.addEventListener("pointerdown", () => (gesture = controls.nextGesture()));
    slider.addEventListener("pointerup", () => (gesture = null));
    slider.addEventListener("input", () => {
      const value = valueAt(present, Number(slider.value));
      field.value = value;
      slider.setAttribute("aria-valuetext", short(value));
      send(value, gesture ?? controls.nextGesture());
    });
  }
  box?.addEventListener("change", () => send(box.value === "#" ? startOf(present) : words[Number(box.value)]));
  return {
    elements: [field, slider, box],
    set(control) {
      present = control;
      const isNumber = typeof control.value === "number";
      if (box) box.value = isNumber ? "#" : String(words.indexOf(control.value));
      for (const part of [field, slider]) if (part) part.hidden = !isNumber;
      if (!isNumber) return;
      if (document.activeElement !== field) field.value = control.value;
      if (slider && gesture === null) slider.value = placeOf(control, control.value);
      slider?.setAttribute("aria-valuetext", short(control.value));
    },
  };
}

/** The number that a control begins with where it had none. */
function startOf(control) {
  if (control.scale === "none") return control.low ?? 0;
  return valueAt(control, control.scale === "linear" ? STEPS : STEPS / 2);
}

function choice(controls, control, id) {
  const values = control.choices.map((each) => each.value);
  const select = make(
    "select",
    { id, change: () => controls.change(control.key, values[select.selectedIndex], null) },
    ...control.choices.map((each) => make("option", { title: each.help || null }, each.value === null ? each.help || t("not set") : readable(each.value))),
  );
  return { elements: [select], set: (control) => (select.selectedIndex = values.indexOf(control.value)) };
}

function toggle(controls, control, id) {
  const box = make("input", { id, type: "checkbox", change: () => controls.change(control.key, box.checked, null) });
  return { elements: [box], set: (control) => (box.checked = Boolean(control.value)) };
}

/** The hidden layers: their units, one more, one less, another layer. */
function layers(controls, control, id) {
  let present = control;
  const list = make("ol", { id, class: "layers", "aria-label": t("hidden layers") });
  const send = (value) => controls.change(control.key, value, null);
  const entries = () => present.value ?? [];
  const change = (index, units) => {
    const bounded = Math.max(1, Math.round(units));
    send(entries().map((layer, i) => (i === index ? { ...layer, units: bounded } : layer)));
  };
  const fields = [];
  control.units.forEach((units, index) => {
    const name = t("hidden layer {0}", index + 1);
    const field = make("input", { type: "number", min: 1, id: `${id}-${index}`, "aria-label": t("units of {0}", name), change: () => change(index, Number(field.value)) });
    fields.push(field);
    const button = (sign, text, act) => make("button", { type: "button", "aria-label": text, title: text, click: act }, sign);
    list.append(
      make("li", {},
        button("−", t("one unit less in {0}", name), () => change(index, Number(field.value) - 1)), field,
        button("+", t("one unit more in {0}", name), () => Number(field.value) < MOST_UNITS && change(index, Number(field.value) + 1)),
        button("×", t("remove {0}", name), () => send(entries().filter((_, i) => i !== index)))),
    );
  });
  const add = make("button", { type: "button", click: () => send([...entries(), { units: entries().at(-1)?.units ?? 4 }]) }, t("add a layer"));
  return {
    elements: [list, add],
    set(control) {
      present = control;
      fields.forEach((field, i) => document.activeElement !== field && (field.value = control.units[i]));
    },
  };
}
