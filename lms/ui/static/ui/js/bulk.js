// `form[data-bulk]`: boxes `data-bulk-item` pick rows, `data-bulk-all` picks all,
// the bar says how many, and its buttons wait until one is picked.
function show(form) {
  const items = [...form.querySelectorAll("[data-bulk-item]")];
  const picked = items.filter((box) => box.checked).length;
  const all = form.querySelector("[data-bulk-all]");
  if (all) {
    all.checked = picked > 0 && picked === items.length;
    all.indeterminate = picked > 0 && picked < items.length;
  }
  const bar = form.querySelector("[data-bulk-bar]");
  if (!bar) return;
  bar.querySelector("[data-bulk-none]").hidden = picked > 0;
  bar.querySelector("[data-bulk-some]").hidden = picked === 0;
  bar.querySelector("[data-bulk-count]").textContent = picked;
  bar.querySelector("[data-bulk-clear]").hidden = picked === 0;
  for (const button of bar.querySelectorAll("button[type=submit]")) {
    button.disabled = picked === 0;
  }
}

function pick(form, checked) {
  for (const box of form.querySelectorAll("[data-bulk-item]")) box.checked = checked;
  show(form);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-bulk]");
  if (!form) return;
  if (event.target.matches("[data-bulk-all]")) pick(form, event.target.checked);
  else if (event.target.matches("[data-bulk-item]")) show(form);
});

document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-bulk-clear]");
  if (!clear) return;
  const form = clear.closest("form[data-bulk]");
  pick(form, false);
  form.querySelector("[data-bulk-item]")?.focus();
});

export function enhance(root) {
  for (const form of root.querySelectorAll("form[data-bulk]")) show(form);
}
