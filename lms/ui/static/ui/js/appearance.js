// A classic script in the head: the chosen look is there before the first paint.
(function () {
  try {
    var chosen = JSON.parse(localStorage.getItem("anxue.look") || "{}");
    var root = document.documentElement;
    if (chosen.theme) root.dataset.theme = chosen.theme;
    if (chosen.contrast) root.dataset.contrast = chosen.contrast;
    if (chosen.read) root.dataset.read = chosen.read;
    if (chosen.text) root.dataset.text = chosen.text;
  } catch {
    // Without storage the system's look applies.
  }
})();
