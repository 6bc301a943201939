// A wish, not a lock: the page asks for full screen and says when it was left.

export function wishFullScreen(place) {
  if (!place || !document.fullscreenEnabled) return;
  const show = () => {
    place.hidden = Boolean(document.fullscreenElement);
  };
  place.querySelector("button").addEventListener("click", () => {
    document.documentElement.requestFullscreen().catch(() => {
      place.hidden = true;
    });
  });
  document.addEventListener("fullscreenchange", show);
  show();
}
