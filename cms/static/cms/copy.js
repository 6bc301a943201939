// "Copy with citation": the text stands in data-cite, the answer in data-copied.
const SHOWN_FOR = 2000;

async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Plain http in a local network has no clipboard API.
  const field = document.createElement("textarea");
  field.value = text;
  field.setAttribute("readonly", "");
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-cite]");
  if (!button) return;
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  await copy(button.dataset.cite);
  label.textContent = button.dataset.copied;
  label.setAttribute("role", "status");
  setTimeout(() => {
    label.textContent = before;
    label.removeAttribute("role");
  }, SHOWN_FOR);
});
