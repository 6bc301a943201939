// Places on a picture: drawn for the chosen row, shown for all; numbers stay the truth.

const SMALLEST = 1; // percent
const round = (number) => Math.round(number * 10) / 10;

export function wireCanvas(form, changed) {
  const canvas = form.querySelector("[data-canvas]");
  const set = form.querySelector('[data-rows="regions"]');
  if (!canvas || !set) return;
  const area = canvas.querySelector("[data-canvas-picture]");
  const picture = area.querySelector("img");
  const source = form.querySelector("[name=image_source]");
  const rows = () => [...set.querySelectorAll("[data-row-list] > [data-row]")];
  const field = (row, name) => row.querySelector(`[name$="-${name}"]`);
  let current = rows()[0];
  let start = null;

  function choose(row) {
    current = row;
    paint();
  }

  function paint() {
    canvas.hidden = !source.value;
    if (source.value && picture.getAttribute("src") !== source.value) {
      picture.src = source.value;
    }
    for (const old of area.querySelectorAll(".author-place")) old.remove();
    rows().forEach((row, number) => {
      if (row === current) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      const box = ["x", "y", "width", "height"].map((name) =>
        Number.parseFloat(field(row, name).value),
      );
      if (box.some(Number.isNaN)) return;
      const place = document.createElement("div");
      place.className = "author-place";
      place.classList.toggle("author-place--right", field(row, "is_right").checked);
      place.classList.toggle("author-place--current", row === current);
      place.textContent = number + 1;
      const [x, y, width, height] = box;
      place.style.insetInlineStart = `${x}%`;
      place.style.insetBlockStart = `${y}%`;
      place.style.inlineSize = `${width}%`;
      place.style.blockSize = `${height}%`;
      area.append(place);
    });
  }

  function at(event) {
    const box = picture.getBoundingClientRect();
    const share = (value, from, size) =>
      Math.min(100, Math.max(0, ((value - from) / size) * 100));
    return {
      x: share(event.clientX, box.left, box.width),
      y: share(event.clientY, box.top, box.height),
    };
  }

  function draw(event) {
    const end = at(event);
    const x = round(Math.min(start.x, end.x));
    const y = round(Math.min(start.y, end.y));
    const values = {
      x,
      y,
      width: round(Math.min(100 - x, Math.abs(end.x - start.x))),
      height: round(Math.min(100 - y, Math.abs(end.y - start.y))),
    };
    if (values.width < SMALLEST || values.height < SMALLEST) return;
    for (const [name, value] of Object.entries(values)) field(current, name).value = value;
    paint();
  }

  area.addEventListener("pointerdown", (event) => {
    if (!current?.isConnected) current = rows()[0];
    if (!current) return;
    event.preventDefault();
    area.setPointerCapture(event.pointerId);
    start = at(event);
  });
  area.addEventListener("pointermove", (event) => {
    if (start) draw(event);
  });
  area.addEventListener("pointerup", () => {
    if (!start) return;
    start = null;
    changed();
  });
  set.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) choose(row);
  });
  form.addEventListener("input", paint);
  form.addEventListener("change", paint);
  form.addEventListener("rows-changed", () => {
    if (!current?.isConnected) current = rows()[0];
    paint();
  });
  paint();
}
