/** Which parts of a video were really played.
 *
 * Time counts only while it passes: a jump of the position, forward or back, ends one
 * interval and begins another, so no interval ever spans what was skipped.
 */

// Browsers report the position about four times a second, once in a background tab.
const LONGEST_STEP_SECONDS = 2.5;
const SHORTEST_SECONDS = 0.05;

export class PlayedIntervals {
  constructor(report) {
    this.report = report;
    this.rate = 1;
    this.start = null;
    this.last = null;
  }

  /** The position while playing. */
  advance(position, rate) {
    const step = position - this.last;
    const jumped = step < 0 || step > LONGEST_STEP_SECONDS * Math.max(rate, 1);
    if (this.start !== null && (jumped || rate !== this.rate)) this.close();
    if (this.start === null) {
      this.start = position;
      this.rate = rate;
    }
    this.last = position;
  }

  /** End the running interval and report it. */
  close() {
    if (this.start !== null && this.last - this.start >= SHORTEST_SECONDS) {
      this.report({
        start: round(this.start),
        end: round(this.last),
        rate: this.rate,
      });
    }
    this.start = this.last = null;
  }

  /** Report what has been played so far and go on from there. */
  flush() {
    const position = this.last;
    this.close();
    if (position !== null) this.start = this.last = position;
  }

  get length() {
    return this.start === null ? 0 : this.last - this.start;
  }
}

const round = (seconds) => Math.round(seconds * 1000) / 1000;
