const MS_PER_SECOND = 1000;

/** Allows a burst of events, and then so many a second. */
export class RateLimit {
  readonly #burstMax: number;
  readonly #perSecondMax: number;
  #left: number;
  #lastMs: number;

  /** @param nowMs any clock's milliseconds, as long as `take` is given the same clock's */
  constructor(burstMax: number, perSecondMax: number, nowMs: number) {
    this.#burstMax = burstMax;
    this.#perSecondMax = perSecondMax;
    this.#left = burstMax;
    this.#lastMs = nowMs;
  }

  /** Takes one event back, or makes good for one. */
  give(): void {
    this.#left = Math.min(this.#burstMax, this.#left + 1);
  }

  /** Counts one event; returns whether it is allowed. */
  take(nowMs: number): boolean {
    if (nowMs > this.#lastMs) {
      const gained = ((nowMs - this.#lastMs) * this.#perSecondMax) / MS_PER_SECOND;
      this.#left = Math.min(this.#burstMax, this.#left + gained);
      this.#lastMs = nowMs;
    }
    if (this.#left < 1) {
      return false;
    }
    this.#left--;
    return true;
  }
}
