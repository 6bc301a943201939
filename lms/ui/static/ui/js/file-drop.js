// `.file-drop`: files may be dropped on the label, and their names are shown.
function box(event) {
  const drop = event.target.closest?.(".file-drop");
  return drop?.querySelector("input[type=file]:enabled") ? drop : null;
}

for (const type of ["dragenter", "dragover"]) {
  document.addEventListener(type, (event) => {
    const drop = box(event);
    if (!drop) return;
    event.preventDefault();
    drop.dataset.over = "";
  });
}

document.addEventListener("dragleave", (event) => {
  const drop = box(event);
  if (drop && !drop.contains(event.relatedTarget)) delete drop.dataset.over;
});

document.addEventListener("drop", (event) => {
  const drop = box(event);
  if (!drop) return;
  event.preventDefault();
  delete drop.dataset.over;
  const input = drop.querySelector("input[type=file]");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", (event) => {
  const drop = box(event);
  const names = drop?.querySelector("[data-file-names]");
  if (names) names.textContent = [...event.target.files].map((f) => f.name).join(", ");
});
