// The form of an item: rows that come, go and move; files sent when chosen; a preview
// that follows. Everything works without it, too: empty rows are left out.

import { wireCanvas } from "./authoring-canvas.js";

const PAUSE = 700;
const form = document.querySelector("[data-author-form]");

// ---- rows -------------------------------------------------------------------

// Names and ids carry the number of their row: options-3-text.
function renumber(set) {
  const prefix = set.dataset.rows;
  const rows = [...set.querySelectorAll("[data-row-list] > [data-row]")];
  rows.forEach((row, number) => {
    for (const element of row.querySelectorAll("[name], [id], [for]")) {
      for (const name of ["name", "id", "for"]) {
        const value = element.getAttribute(name);
        if (!value) continue;
        const pattern = new RegExp(`(^|_)${prefix}-(\\d+|__prefix__)-`);
        element.setAttribute(name, value.replace(pattern, `$1${prefix}-${number}-`));
      }
    }
  });
  set.querySelector("[data-row-total]").value = rows.length;
}

function add(set) {
  const made = set.querySelector("[data-row-template]").content.cloneNode(true);
  const list = set.querySelector("[data-row-list]");
  list.append(made);
  renumber(set);
  list.lastElementChild.querySelector("input:not([type=hidden]), textarea, select")?.focus();
}

function remove(set, row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  renumber(set);
  (next?.querySelector("[data-row-remove]") ?? set.querySelector("[data-row-add]")).focus();
}

function move(set, row, button) {
  const isUp = button.dataset.rowMove === "up";
  const other = isUp ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (isUp) other.before(row);
  else other.after(row);
  renumber(set);
  button.focus();
}

function changed() {
  form.dispatchEvent(new Event("rows-changed"));
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row-add], [data-row-remove], [data-row-move]");
  if (!button) return;
  const set = button.closest("[data-rows]");
  const row = button.closest("[data-row]");
  if (button.matches("[data-row-add]")) add(set);
  else if (button.matches("[data-row-remove]")) remove(set, row);
  else move(set, row, button);
  changed();
});

// Enter in a row goes on to the next one instead of sending the form.
form.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !row) return;
  if (!event.target.matches("input[type=text], [data-line]")) return;
  event.preventDefault();
  const next = row.nextElementSibling;
  if (next) next.querySelector("input[type=text], textarea")?.focus();
  else add(row.closest("[data-rows]"));
  changed();
});

// ---- files ------------------------------------------------------------------

async function send(input) {
  const [file] = input.files;
  if (!file) return;
  const isPicture = input.name === "image_file";
  const body = new FormData();
  body.append("file", file);
  if (isPicture) body.append("pictures", "1");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  let answer;
  try {
    answer = await fetch(form.dataset.upload, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body,
    });
  } catch {
    return; // No network: the file goes with the form.
  }
  const said = await answer.json();
  input.setCustomValidity(answer.ok ? "" : said.detail);
  if (!answer.ok) {
    input.value = "";
    input.reportValidity();
    return;
  }
  input.value = "";
  if (isPicture) form.querySelector("[name=image_source]").value = said.source;
  else show(input.closest("[data-row]"), said);
  changed();
}

function show(row, { source, kind }) {
  row.querySelector("[name$=-source]").value = source;
  const state = row.querySelector("[data-file-state]");
  state.hidden = false;
  state.querySelector("a").href = source;
  const picture = state.querySelector("img");
  picture.hidden = kind !== "image";
  if (kind === "image") picture.src = source;
}

form.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) send(event.target);
});

// ---- preview ----------------------------------------------------------------

const pane = document.querySelector("[data-preview]");
const frame = document.querySelector("[data-preview-frame]");
const wide = matchMedia("(min-width: 90rem)");
let timer;
let asked = 0;

async function preview() {
  const body = new FormData(form);
  for (const [name, value] of [...body]) {
    if (value instanceof File) body.delete(name);
  }
  asked += 1;
  const mine = asked;
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body });
    const html = await answer.text();
    if (answer.ok && mine === asked) frame.srcdoc = html;
  } catch {
    // No network: the last preview stays.
  }
}

function soon() {
  clearTimeout(timer);
  if (wide.matches) timer = setTimeout(preview, PAUSE);
}

function layOut() {
  pane.hidden = !wide.matches;
  if (wide.matches) preview();
}

form.addEventListener("input", soon);
form.addEventListener("rows-changed", soon);
wide.addEventListener("change", layOut);
layOut();

// ---- not losing anything ----------------------------------------------------

let isDirty = false;
const dirty = () => {
  isDirty = true;
};
form.addEventListener("input", dirty);
form.addEventListener("rows-changed", dirty);
form.addEventListener("submit", (event) => {
  if (!event.submitter?.matches("[data-preview-tab]")) isDirty = false;
});
addEventListener("beforeunload", (event) => {
  if (isDirty) event.preventDefault();
});

wireCanvas(form, changed);
document.querySelector("[data-problems]")?.focus();
