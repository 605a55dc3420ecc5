import type { Clock } from "../../base/clock.ts";

const DELAY_MS_MIN = 100;
const DELAY_MS_MAX = 30_000;

/** A process that has run so long has not died of its start. */
const STABLE_MS = 60_000;

/** When to start a process again: soon after the first death, later and later while it keeps dying or cannot be started. */
export class RestartPolicy {
  readonly #clock: Clock;
  #failureCount = 0;
  /** When the process began to run; null while there is none. */
  #startedNs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The process runs. What came before, its start, is no part of its life. */
  onStart(): void {
    this.#startedNs = this.#clock.nowNs();
  }

  /** The process has died, or could not be started. */
  onDeath(): void {
    const startedNs = this.#startedNs;
    const isStable = startedNs !== null && this.#clock.nowNs() - startedNs >= STABLE_MS * 1e6;
    this.#failureCount = isStable ? 1 : this.#failureCount + 1;
    this.#startedNs = null;
  }

  /** How long to wait before the next start. */
  nextDelayMs(): number {
    const doublings = Math.min(Math.max(this.#failureCount - 1, 0), 16);
    return Math.min(DELAY_MS_MIN * 2 ** doublings, DELAY_MS_MAX);
  }
}
