// What the reading bar reads: the paragraphs of the main content, cut into sentences.
const BLOCKS =
  "h1, h2, h3, h4, p, li, dt, dd, th, td, caption, figcaption, blockquote, pre," +
  " legend, .option__text, [data-read-block]";
const SILENT =
  "nav, script, style, template, svg, form .field, .no-read, .visually-hidden," +
  " [aria-hidden=true], .skip-link, .breadcrumbs, .read-aloud";
// Browsers stop a long utterance by themselves; sentences also keep pauses natural.
const LONGEST = 160;

function visible(element) {
  return element.checkVisibility
    ? element.checkVisibility({ contentVisibilityAuto: true })
    : element.getClientRects().length > 0;
}

function text(block) {
  const copy = block.cloneNode(true);
  for (const silent of copy.querySelectorAll(SILENT)) silent.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

export function paragraphs() {
  const main = document.getElementById("main");
  return [...main.querySelectorAll(BLOCKS)].filter(
    (block) =>
      !block.querySelector(BLOCKS) && !block.closest(SILENT) && visible(block) && text(block),
  );
}

export function sentences(block) {
  const parts = text(block).match(/[^。！？；!?;]+[。！？；!?;]*[”’」』）)]*/g) || [];
  const result = [];
  for (const piece of parts) {
    let rest = piece.trim();
    while (rest.length > LONGEST) {
      const cut = Math.max(
        rest.lastIndexOf("，", LONGEST),
        rest.lastIndexOf("、", LONGEST),
        rest.lastIndexOf(" ", LONGEST),
      );
      const end = cut > 20 ? cut + 1 : LONGEST;
      result.push(rest.slice(0, end).trim());
      rest = rest.slice(end).trim();
    }
    if (rest) result.push(rest);
  }
  return result;
}
