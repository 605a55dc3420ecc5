import type { Clock } from "../../../base/clock.ts";

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #nowMs = 1000;
  readonly #timers = new Set<Timer>();

  /** Timers that have not come. */
  get timerCount(): number {
    return this.#timers.size;
  }

  nowNs(): number {
    return this.#nowMs * 1e6;
  }

  epochMs(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Lets time pass, timers called in their order. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#nextBefore(endMs); next !== null; next = this.#nextBefore(endMs)) {
      this.#timers.delete(next);
      this.#nowMs = next.atMs;
      next.callback();
    }
    this.#nowMs = endMs;
  }

  #nextBefore(endMs: number): Timer | null {
    const due = [...this.#timers].filter(({ atMs }) => atMs <= endMs);
    due.sort((left, right) => left.atMs - right.atMs);
    return due[0] ?? null;
  }
}
