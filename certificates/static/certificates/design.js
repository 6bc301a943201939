// The designer: the server draws the page as it will be printed, handles over the picture
// move the numbers in the form. Without this script the form works all the same.

const PAUSE = 350;

function numbers(row, extents) {
  const read = (end) => {
    const field = [...row.querySelectorAll("input")].find((input) => input.name.endsWith(end));
    return field && { field, value: Number(field.value) || 0 };
  };
  const [x, y] = [read(extents.x), read(extents.y)];
  const isDeleted = [...row.querySelectorAll("input[type=checkbox]")].some(
    (input) => input.name.endsWith("-DELETE") && input.checked,
  );
  if (!x?.field.value || !y?.field.value || isDeleted) return null;
  const width = read(extents.width)?.value ?? 10;
  const height = extents.height ? read(extents.height)?.value : null;
  const points = extents.size ? read(extents.size)?.value : null;
  const shape = width * (extents.ratio ?? 1);
  return { x, y, width, height: height ?? (points ? points * 0.48 : shape) };
}

const EXTENTS = {
  qr: { x: "-qr_x", y: "-qr_y", width: "-qr_size" },
  photo: { x: "-x", y: "-y", width: "-width", ratio: 1.4 },
  field: { x: "-x", y: "-y", width: "-width", size: "-size" },
  picture: { x: "-x", y: "-y", width: "-width", height: "-height" },
};

class Designer {
  constructor(form, page) {
    this.form = form;
    this.page = page;
    this.picture = page.querySelector("[data-picture]");
    this.error = document.querySelector("[data-error]");
    this.size = null;
    form.addEventListener("input", () => this.later());
    document.getElementById("sample").addEventListener("change", () => this.draw());
    this.draw();
  }

  isBeside() {
    return getComputedStyle(this.page.closest(".design__preview")).position === "sticky";
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), PAUSE);
  }

  async draw() {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    this.page.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(this.form.dataset.preview, {
        method: "POST",
        body: new FormData(this.form),
        signal: request.signal,
      });
      const answer = await response.json();
      this.error.textContent = answer.error ?? "";
      if (!response.ok) return;
      this.size = answer;
      this.picture.src = `data:image/png;base64,${answer.picture}`;
      this.showMore(answer.more);
      this.placeHandles();
    } catch (error) {
      if (error.name !== "AbortError") this.error.textContent = error.message;
    } finally {
      if (this.request === request) this.page.removeAttribute("aria-busy");
    }
  }

  // The study record on pages of its own: nothing to place there, but to look at.
  showMore(pages) {
    const box = document.querySelector("[data-more]");
    box.replaceChildren(
      ...pages.map((picture, index) => {
        const page = document.createElement("img");
        page.src = `data:image/png;base64,${picture}`;
        page.alt = `${box.dataset.name} ${index + 2}`;
        return page;
      }),
    );
  }

  placeHandles() {
    const chosen = document.activeElement?.dataset?.index;
    for (const old of this.page.querySelectorAll(".design__handle")) old.remove();
    [...this.form.querySelectorAll("[data-part]")].forEach((row, index) => {
      const part = numbers(row, EXTENTS[row.dataset.part]);
      if (part) this.page.append(this.handle(row, part, index));
    });
    if (chosen) this.page.querySelector(`[data-index="${chosen}"]`)?.focus();
  }

  handle(row, part, index) {
    const handle = document.createElement("button");
    handle.type = "button";
    handle.className = "design__handle";
    handle.dataset.index = index;
    const select = row.querySelector("select");
    const named = { qr: "QR", photo: row.dataset.name };
    handle.title = named[row.dataset.part] ?? select.selectedOptions[0].textContent;
    handle.setAttribute("aria-label", handle.title);
    const share = (value, whole) => `${(100 * value) / whole}%`;
    const place = () => {
      handle.style.left = share(part.x.value, this.size.width);
      handle.style.top = share(part.y.value, this.size.height);
    };
    handle.style.width = share(part.width, this.size.width);
    handle.style.height = share(part.height, this.size.height);
    const move = (x, y) => {
      const within = (value, most) => Math.round(Math.min(Math.max(value, 0), Math.max(most, 0)));
      part.x.value = within(x, this.size.width - part.width);
      part.y.value = within(y, this.size.height - part.height);
      part.x.field.value = part.x.value;
      part.y.field.value = part.y.value;
      place();
    };
    place();
    handle.addEventListener("focus", () => {
      for (const other of this.form.querySelectorAll(".is-chosen")) other.classList.remove("is-chosen");
      row.classList.add("is-chosen");
      // Beside a preview that stays in view its numbers come into view; below one, the
      // page would run away from under the finger.
      if (this.isBeside()) row.scrollIntoView({ block: "nearest" });
    });
    handle.addEventListener("pointerdown", (event) => this.drag(event, handle, part, move));
    handle.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 10 : 1;
      const [x, y] = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key] ?? [];
      if (x === undefined) return;
      event.preventDefault();
      move(part.x.value + x, part.y.value + y);
      this.later();
    });
    return handle;
  }

  drag(event, handle, part, move) {
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    const scale = this.size.width / this.page.clientWidth;
    const start = { x: part.x.value, y: part.y.value };
    const onMove = (moved) => {
      move(start.x + (moved.clientX - event.clientX) * scale, start.y + (moved.clientY - event.clientY) * scale);
    };
    handle.addEventListener("pointermove", onMove);
    handle.addEventListener(
      "pointerup",
      () => {
        handle.removeEventListener("pointermove", onMove);
        this.draw();
      },
      { once: true },
    );
  }
}

const form = document.getElementById("design");
if (form) new Designer(form, document.querySelector("[data-page]"));
