import type { Clock } from "./clock.ts";

const US_PER_MS = 1000;
const NS_PER_US = 1000;

/**
 * Wall-clock time in microseconds, made of a clock that tells it in milliseconds and one that only measures.
 *
 * Invariant: the result lies within the millisecond that the wall clock shows, so that it follows every step of it.
 */
export class MicrosecondClock {
  readonly #clock: Clock;
  #anchorUs = 0;
  #anchorNs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whole microseconds since the Unix epoch. */
  epochUs(): number {
    const firstUs = Math.floor(this.#clock.epochMs()) * US_PER_MS;
    const nowNs = this.#clock.nowNs();
    const measuredUs = this.#anchorUs + (nowNs - this.#anchorNs) / NS_PER_US;
    const epochUs = Math.min(Math.max(measuredUs, firstUs), firstUs + US_PER_MS - 1);
    if (epochUs !== measuredUs) {
      this.#anchorUs = epochUs;
      this.#anchorNs = nowNs;
    }
    return Math.floor(epochUs);
  }
}
