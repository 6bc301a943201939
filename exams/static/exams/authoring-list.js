// The list of items: choose all on the page, and say how many are chosen.

const form = document.querySelector("[data-bulk]");
if (form) {
  const all = form.querySelector("[data-bulk-all]");
  const boxes = [...form.querySelectorAll('input[name="item"]')];
  const tell = () => {
    const count = boxes.filter((box) => box.checked).length;
    form.querySelector("[data-bulk-count]").textContent = count || "";
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  form.addEventListener("change", tell);
  tell();
}
