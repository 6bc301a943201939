// The keyboard: letters and digits choose, arrows go on and back, M flags.

const TYPED = "input:not([type=radio], [type=checkbox]), textarea, select";

// The option that a key names: its own letter, or its place.
function optionFor(item, key) {
  const options = [...item.querySelectorAll("[data-answer]")].filter((input) =>
    input.matches("[type=radio], [type=checkbox]"),
  );
  const named = options.find((input) => input.value === key);
  if (named) return named;
  if (/^[1-9]$/.test(key)) return options[Number(key) - 1];
  return /^[A-H]$/.test(key) ? options[key.charCodeAt(0) - 65] : undefined;
}

export function wireKeys({ item, go, flag, isOpen }) {
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  document.addEventListener("keydown", (event) => {
    const isShortcut = event.ctrlKey || event.metaKey || event.altKey;
    if (isShortcut || event.isComposing || !isOpen()) return;
    if (document.querySelector("dialog[open]") || event.target.matches(TYPED)) return;
    if (event.key in steps) {
      event.preventDefault();
      go(steps[event.key]);
      return;
    }
    if (event.key === "Enter" && event.target.matches("[data-answer]")) {
      event.preventDefault();
      go(1);
      return;
    }
    const key = event.key.toUpperCase();
    const option = optionFor(item(), key);
    if (option) {
      event.preventDefault();
      option.focus();
      option.click();
    } else if (key === "M") {
      flag();
    }
  });
}
