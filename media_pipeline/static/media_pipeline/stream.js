/** Attach the best source that the browser and the network can play.
 *
 * hls.js where Media Source exists, the browser's own HLS otherwise, the progressive MP4
 * when neither works.
 */

const NETWORK_RETRIES = 4;
const RETRY_MILLISECONDS = 1500;
const HLS_TYPE = "application/vnd.apple.mpegurl";

export class Stream {
  /** @param report called with "expired" or "unplayable" when nothing more helps. */
  constructor(video, { hls, mp4 }, position, report) {
    this.video = video;
    this.urls = { hls, mp4 };
    this.position = position;
    this.report = report;
    this.retries = 0;
    this.onVideoError = () => this.videoFailed();
    video.addEventListener("error", this.onVideoError);
  }

  async start() {
    const Hls = this.urls.hls ? await loadHls() : null;
    if (this.isClosed) return;
    if (Hls) this.startHls(Hls);
    else if (this.urls.hls && this.video.canPlayType(HLS_TYPE)) this.play("native");
    else this.play("mp4");
  }

  startHls(Hls) {
    this.kind = "hls";
    const saving = navigator.connection?.saveData;
    this.hls = new Hls({
      enableWorker: false,
      startPosition: this.position || -1,
      startLevel: saving ? 0 : -1,
      autoLevelCapping: saving ? 0 : -1,
      capLevelToPlayerSize: true,
      abrEwmaDefaultEstimate: 400000,
      maxBufferLength: 40,
    });
    this.hls.on(Hls.Events.ERROR, (_event, data) => this.hlsFailed(Hls, data));
    this.hls.on(Hls.Events.FRAG_BUFFERED, () => {
      this.retries = 0;
    });
    this.hls.loadSource(this.urls.hls);
    this.hls.attachMedia(this.video);
  }

  hlsFailed(Hls, data) {
    if (!data.fatal) return;
    if (data.response?.code === 403) {
      this.close();
      this.report("expired");
    } else if (data.details?.startsWith("manifest")) {
      // hls.js has tried again itself, and without a playlist it has nothing to resume.
      this.fallBack();
    } else if (data.type === Hls.ErrorTypes.NETWORK_ERROR && this.retries < NETWORK_RETRIES) {
      this.retries += 1;
      this.later(() => this.hls?.startLoad());
    } else if (data.type === Hls.ErrorTypes.MEDIA_ERROR && !this.hasRecovered) {
      this.hasRecovered = true;
      this.hls.recoverMediaError();
    } else {
      this.fallBack();
    }
  }

  play(kind) {
    this.kind = kind;
    this.video.src = kind === "native" ? this.urls.hls : this.urls.mp4;
    this.video.load();
  }

  fallBack() {
    const at = this.video.currentTime || this.position;
    const wasPlaying = !this.video.paused;
    this.endHls();
    if (!this.urls.mp4) {
      this.report("unplayable");
      return;
    }
    this.position = at;
    this.play("mp4");
    this.video.addEventListener(
      "loadedmetadata",
      () => {
        this.video.currentTime = at;
        if (wasPlaying) this.video.play().catch(() => {});
      },
      { once: true },
    );
  }

  async videoFailed() {
    if (this.isClosed || this.kind === "hls") return;
    if (this.kind === "native") {
      this.fallBack();
      return;
    }
    const status = await statusOf(this.urls.mp4);
    this.report(status === 403 ? "expired" : "unplayable");
  }

  later(action) {
    clearTimeout(this.timer);
    this.timer = setTimeout(action, RETRY_MILLISECONDS * this.retries);
  }

  endHls() {
    clearTimeout(this.timer);
    this.hls?.destroy();
    this.hls = null;
  }

  close() {
    this.isClosed = true;
    this.video.removeEventListener("error", this.onVideoError);
    this.endHls();
  }
}

async function loadHls() {
  if (!window.MediaSource && !window.ManagedMediaSource) return null;
  try {
    const { default: Hls } = await import("../vendor/hls.js/hls.light.min.mjs");
    return Hls.isSupported() ? Hls : null;
  } catch {
    return null; // The script did not arrive: the MP4 needs none.
  }
}

async function statusOf(url) {
  try {
    return (await fetch(url, { method: "HEAD", cache: "no-store" })).status;
  } catch {
    return 0;
  }
}
