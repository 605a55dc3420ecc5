import type { Clock } from "../../base/clock.ts";

/** How late a watcher may hear of a change. */
const INTERVAL_MS = 1000;

/** Somebody who looks at a status now and then. */
export interface Watcher {
  look(): void;
}

/** Has all watchers look at what they watch, with one timer that runs only while there are any. */
export class HealthWatchers {
  readonly #clock: Clock;
  readonly #watchers = new Set<Watcher>();
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(watcher: Watcher): void {
    this.#watchers.add(watcher);
    if (this.#cancelTimer === null) {
      this.#arm();
    }
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size === 0) {
      this.#cancelTimer?.();
      this.#cancelTimer = null;
    }
  }

  #arm(): void {
    this.#cancelTimer = this.#clock.setTimer(INTERVAL_MS, () => {
      this.#cancelTimer = null;
      for (const watcher of this.#watchers) {
        watcher.look();
      }
      if (this.#watchers.size > 0 && this.#cancelTimer === null) {
        this.#arm();
      }
    });
  }
}
