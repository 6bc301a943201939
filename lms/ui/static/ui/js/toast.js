// A short message, said by screen readers, too. It goes away by itself, but not while
// the pointer or the focus is on it; one about a failure stays until it is closed.
export function toast(text, milliseconds = 4000, tone = "") {
  const region = document.querySelector(".toasts");
  if (!region) return;
  const box = document.createElement("div");
  box.className = tone ? `toast toast--${tone}` : "toast";
  const words = document.createElement("span");
  words.className = "toast__text";
  words.textContent = text;
  const close = Object.assign(document.createElement("button"), {
    type: "button",
    className: "toast__close",
    textContent: "×",
  });
  close.setAttribute("aria-label", region.dataset.close || "×");
  box.append(words, close);
  region.append(box);
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    if (tone !== "danger") timer = setTimeout(() => box.remove(), milliseconds);
  };
  const hold = () => clearTimeout(timer);
  close.addEventListener("click", () => box.remove());
  box.addEventListener("keydown", (event) => event.key === "Escape" && box.remove());
  for (const type of ["pointerenter", "focusin"]) box.addEventListener(type, hold);
  for (const type of ["pointerleave", "focusout"]) box.addEventListener(type, wait);
  wait();
}
