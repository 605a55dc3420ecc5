/** What may lie ahead of a batch that an instance takes in early, by measurement: as long as it might have waited outside. */
export const AHEAD_NS_MAX = 5_000_000;

/** What a backend knows of its instances. */
export interface RunPaceLimits {
  /** Batches taken in beyond the running one at most. */
  readonly aheadCountMax: number;
  /** Runs that take longer gain nothing from the next one lying ready. At most {@link AHEAD_NS_MAX}. */
  readonly runNsMax: number;
  /** Runs that have to be seen before anything is known. */
  readonly runCountMin: number;
  /** What is left of a longer run's weight after each one that follows, below 1. */
  readonly decay: number;
}

/** How long an instance's runs take, and so how many more it takes in while one goes on (`Instance.lookahead`). */
export class RunPace {
  readonly #limits: RunPaceLimits;
  /** At least the last run's, less and less of earlier ones. */
  #runNs = 0;
  #runCount = 0;

  constructor(limits: RunPaceLimits) {
    this.#limits = limits;
  }

  /** A run is over, which took so long. */
  onRun(durationNs: number): void {
    this.#runCount++;
    this.#runNs = Math.max(durationNs, this.#runNs * this.#limits.decay);
  }

  /** How many batches beyond the running one the instance takes in. */
  get lookahead(): number {
    const { aheadCountMax, runNsMax, runCountMin } = this.#limits;
    if (this.#runCount < runCountMin || this.#runNs > runNsMax) {
      return 0;
    }
    return Math.min(aheadCountMax, Math.floor(AHEAD_NS_MAX / this.#runNs));
  }
}
