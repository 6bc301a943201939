/** Reports that the server has not acknowledged yet, kept on this device.
 *
 * One entry per playback session: `{seq, intervals, rate, scroll}` reports in order. A report
 * keeps its number and content until it is acknowledged, so sending it twice counts once.
 * Entries are kept per person: another person on this device never sends them.
 */

const MAX_AGE_MILLISECONDS = 24 * 3600 * 1000;
const MAX_INTERVALS = 150;

/** Union of intervals, rounded to a tenth: overlapping parts are watched once. */
export function merge(intervals) {
  const merged = [];
  for (const [start, end] of [...intervals].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && start <= last[1] + 0.05) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged
    .map(([start, end]) => [Math.round(start * 10) / 10, Math.round(end * 10) / 10])
    .filter(([start, end]) => end > start);
}

export class WatchQueue {
  constructor(key, storage = window.localStorage) {
    this.key = `anxue-watch:${key}`;
    this.storage = storage;
    this.entries = this.read();
  }

  read() {
    try {
      const found = JSON.parse(this.storage.getItem(this.key) ?? "[]");
      const fresh = Date.now() - MAX_AGE_MILLISECONDS;
      return Array.isArray(found) ? found.filter((entry) => entry.at > fresh) : [];
    } catch {
      return [];
    }
  }

  write() {
    try {
      if (this.entries.length) {
        this.storage.setItem(this.key, JSON.stringify(this.entries));
      } else this.storage.removeItem(this.key);
    } catch {
      // A full or forbidden store: what is in memory is still sent.
    }
  }

  get isEmpty() {
    return this.entries.length === 0;
  }

  /** Take new intervals as one report under the session's next number. */
  add({ session, token, lesson, seq, intervals, rate, scroll = 0 }) {
    const merged = merge(intervals).slice(0, MAX_INTERVALS);
    if (!merged.length) return;
    this.entries.push({ session, token, lesson, seq, intervals: merged, rate, scroll, at: Date.now() });
    this.write();
  }

  first() {
    return this.entries[0];
  }

  drop(entry) {
    this.entries = this.entries.filter((one) => one !== entry);
    this.write();
  }
}
