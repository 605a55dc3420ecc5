import type { Clock } from "../../base/clock.ts";

/** A server's time as of its last look at the clock. */
export interface CoarseTime {
  readonly nowMs: number;
}

/** Something with waits that can last too long. */
export interface Sweepable {
  /** Leaves the list of things to sweep later, if at all. */
  sweep(nowMs: number, intervalMs: number): void;
}

const NS_PER_MS = 1e6;

/** One timer for all time limits of a server: looks at everything once per interval, while there is anything. */
export class Sweeper implements CoarseTime {
  nowMs = 0;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #items: () => readonly Sweepable[];
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, intervalMs: number, items: () => readonly Sweepable[]) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#items = items;
  }

  /** Begins to look, if it is not doing so. */
  start(): void {
    if (this.#cancelTimer === null) {
      this.nowMs = this.#clock.nowNs() / NS_PER_MS;
      this.#cancelTimer = this.#clock.setTimer(this.#intervalMs, () => this.#sweep());
    }
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #sweep(): void {
    this.#cancelTimer = null;
    this.nowMs = this.#clock.nowNs() / NS_PER_MS;
    for (const item of this.#items()) {
      item.sweep(this.nowMs, this.#intervalMs);
    }
    if (this.#items().length > 0) {
      this.start();
    }
  }
}
