// `button[data-date-for="id"]` puts its day into a date field.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-date-for]");
  if (!button) return;
  const input = document.getElementById(button.dataset.dateFor);
  input.value = button.value;
  for (const type of ["input", "change"]) {
    input.dispatchEvent(new Event(type, { bubbles: true }));
  }
  input.focus();
});
