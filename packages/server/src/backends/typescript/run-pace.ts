/** Runs that take longer gain nothing from the next one lying ready: a hand-off costs a fraction of them. */
export const AHEAD_RUN_NS_MAX = 500_000;
/** What may be ahead of a batch that is handed over early, by measurement. */
export const AHEAD_NS_MAX = 5_000_000;
/** Batches handed over early. */
export const AHEAD_COUNT_MAX = 16;

/** Runs before anything is known. */
const RUN_COUNT_MIN = 8;
/** What a longer run counts for in the next ones: it is forgotten after a few dozen. */
const DECAY = 15 / 16;

/** How long a model's runs take, as far as the way to its thread and back depends on it. */
export class RunPace {
  /** At least the last run's, less and less of earlier ones. */
  #runNs = Number.POSITIVE_INFINITY;
  #runCount = 0;

  /** A run is over, which took so long in the model's thread. */
  onRun(durationNs: number): void {
    this.#runCount++;
    this.#runNs = this.#runCount === 1 ? durationNs : Math.max(durationNs, this.#runNs * DECAY);
  }

  /** How many batches may be handed over beyond the running one. */
  get aheadCountMax(): number {
    if (this.#runCount < RUN_COUNT_MIN || this.#runNs > AHEAD_RUN_NS_MAX) {
      return 0;
    }
    return Math.min(AHEAD_COUNT_MAX, Math.floor(AHEAD_NS_MAX / this.#runNs));
  }
}
