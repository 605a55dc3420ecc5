import type { Clock } from "../../base/clock.ts";

const DELAY_MS_MIN = 100;
const DELAY_MS_MAX = 30_000;

/** A process that has lived so long has not died of its start. */
const STABLE_MS = 60_000;

/** When to start a process again: soon after the first death, later and later while it keeps dying. */
export class RestartPolicy {
  readonly #clock: Clock;
  #quickDeathCount = 0;
  #startedNs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedNs = clock.nowNs();
  }

  /** The process runs. */
  onStart(): void {
    this.#startedNs = this.#clock.nowNs();
  }

  /** The process has died, or could not be started. */
  onDeath(): void {
    const livedMs = (this.#clock.nowNs() - this.#startedNs) / 1e6;
    this.#quickDeathCount = livedMs >= STABLE_MS ? 1 : this.#quickDeathCount + 1;
    this.#startedNs = this.#clock.nowNs();
  }

  /** How long to wait before the next start. */
  nextDelayMs(): number {
    const doublings = Math.min(Math.max(this.#quickDeathCount - 1, 0), 16);
    return Math.min(DELAY_MS_MIN * 2 ** doublings, DELAY_MS_MAX);
  }
}
