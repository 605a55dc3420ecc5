import type { Flushable } from "./http2-context.ts";

/** Flushes connections when their time has come: one callback for all of them. */
export class FlushList {
  readonly #schedule: (callback: () => void) => void;
  #waiting: Flushable[] = [];
  /** The list that is not in use, kept for the next time. */
  #spare: Flushable[] = [];

  /** @param schedule has a function called once, later */
  constructor(schedule: (callback: () => void) => void) {
    this.#schedule = schedule;
  }

  add(connection: Flushable): void {
    this.#waiting.push(connection);
    if (this.#waiting.length === 1) {
      this.#schedule(this.#flushAll);
    }
  }

  readonly #flushAll = (): void => {
    const waiting = this.#waiting;
    this.#waiting = this.#spare;
    this.#spare = waiting;
    for (const connection of waiting) {
      connection.flush();
    }
    waiting.length = 0;
  };
}
