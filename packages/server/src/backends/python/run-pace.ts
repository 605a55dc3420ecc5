/** Work that a batch which is taken in ahead of time may have before it: as long as it might well have waited outside. */
const AHEAD_NS_MAX = 5e6;

/** Batches that are taken in ahead of time at most. */
export const AHEAD_COUNT_MAX = 8;

/** Executions that have to be seen before any is expected to be short. */
const RUN_COUNT_MIN = 16;

/** What is left of a long execution's weight after each one that follows: after half a hundred, 1 s has come down to 5 ms. */
const DECAY = 0.9;

/** How long an instance's executions take, and so how many more it takes in while one runs. */
export class RunPace {
  #expectedNs = 0;
  #runCount = 0;
  #hasCalled = false;

  /** An execution has taken so long. */
  onRun(durationNs: number): void {
    this.#runCount++;
    this.#expectedNs = Math.max(durationNs, this.#expectedNs * DECAY);
  }

  /**
   * The model makes requests of its own. From now on it takes in nothing ahead: what waits in one instance's queue cannot be
   * given to another one, and so could wait for itself.
   */
  onCall(): void {
    this.#hasCalled = true;
  }

  /** How many batches beyond the running one the instance takes in. */
  get lookahead(): number {
    if (this.#hasCalled || this.#runCount < RUN_COUNT_MIN) {
      return 0;
    }
    return Math.min(AHEAD_COUNT_MAX, Math.floor(AHEAD_NS_MAX / this.#expectedNs));
  }
}
