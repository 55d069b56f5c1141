// The script of a page: sorts and filters tables, tells the values of charts, changes their scale. It writes only texts.
"use strict";
const make = (name, kind, text, parent) => {
  const made = document.createElement(name);
  made.className = kind;
  made.textContent = text;
  parent.append(made);
  return made;
};
const valueOf = (row, column) => {
  const cell = row.cells[column];
  const value = cell ? cell.dataset.value ?? cell.textContent : "";
  return value === "" || isNaN(value) ? value : Number(value);
};
const compare = (a, b) => {
  if (typeof a === typeof b) return typeof a === "number" ? a - b : a.localeCompare(b);
  return typeof a === "number" ? -1 : 1;
};
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const title = head.textContent;
    if (title === "" || head.querySelector(".axis")) return;
    head.textContent = "";
    make("button", "sort", title, head).addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((a, b) => compare(valueOf(a, column), valueOf(b, column)));
      body.append(...(down ? rows.reverse() : rows));
    });
  });
  const bar = make("p", "control", "", document.body), label = make("label", "", "Rows with ", bar);
  const input = make("input", "", "", label), count = make("output", "", "", bar);
  input.type = "search";
  table.parentElement.before(bar);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    const rows = [...body.rows];
    for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    count.textContent = ` ${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
  });
}
for (const figure of document.querySelectorAll("figure[data-values]")) {
  const columns = JSON.parse(figure.dataset.values), [along] = columns, caption = figure.querySelector("figcaption");
  const plots = [...figure.querySelectorAll(".plot")], count = along.values.length;
  const output = make("output", "", "", caption);
  let at = count;
  const tell = (index) => {
    at = Math.min(Math.max(index, 0), count - 1);
    const parts = columns.map(({name, values}) => `${name} ${values[at] ?? "–"}`);
    output.textContent = parts.join(", ");
    for (const plot of plots) plot.querySelector(".cursor").style.left = `${columns[0].places[at]}%`;
    figure.classList.add("told");
  };
  for (const plot of plots) {
    const drawing = plot.querySelector("svg");
    make("span", "cursor", "", make("div", "cursors", "", plot));
    plot.tabIndex = 0;
    plot.addEventListener("pointermove", (event) => {
      const box = drawing.getBoundingClientRect(), x = (100 * (event.clientX - box.left)) / box.width;
      const far = along.places.map((place) => Math.abs(place - x));
      tell(far.indexOf(Math.min(...far)));
    });
    plot.addEventListener("keydown", (event) => {
      const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
      if (step) tell(at + step), event.preventDefault();
    });
  }
  if (plots.length > 1) {
    const button = make("button", "control", "", caption);
    const show = (which) => {
      plots.forEach((plot, number) => (plot.hidden = number !== which));
      button.textContent = `${plots[1 - which].dataset.scale} scale`;
      button.onclick = () => show(1 - which);
    };
    show(0);
  }
}
