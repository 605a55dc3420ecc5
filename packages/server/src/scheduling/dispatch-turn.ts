import type { Alarm } from "./scheduler.ts";

/** How long a scheduler goes on giving batches to instances that finish them at once, before the event loop has a turn. */
export const DISPATCH_TURN_NS_MAX = 1_000_000;

/**
 * Keeps a scheduler from holding the event loop: a long queue of batches that run on the loop itself, however quick each
 * is, is served in turns. While a turn is over nothing is started until the timer has called that `alarm` asks for.
 */
export class DispatchTurn {
  #startNs = 0;
  #alarm: Alarm | null = null;

  get isOver(): boolean {
    return this.#alarm !== null;
  }

  /** What ends the pause; null while there is none. */
  get alarm(): Alarm | null {
    return this.#alarm;
  }

  /** The scheduler begins to give out batches. */
  start(nowNs: number): void {
    this.#startNs = nowNs;
  }

  /** It has given one out. */
  onRun(nowNs: number): void {
    if (this.#alarm === null && nowNs - this.#startNs >= DISPATCH_TURN_NS_MAX) {
      this.#alarm = { atNs: nowNs, isPrecise: true };
    }
  }

  /** The event loop has had its turn. */
  onTimer(): void {
    this.#alarm = null;
  }
}
