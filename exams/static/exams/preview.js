// A previewed item answers to the hand as on the sitting page; nothing is kept.

import { wireOrder } from "./answers.js";

for (const item of document.querySelectorAll('.exam-item[data-type="order"]')) {
  wireOrder(item, { onChange() {}, announce() {} });
}
