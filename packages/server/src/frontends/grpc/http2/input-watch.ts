const NOTHING = -1;

/**
 * Watches how long a frame, or the frames of one head, have been on their way.
 *
 * A busy client's reads may always end in the middle of something, so what counts is whether it is still the same thing.
 */
export class InputWatch {
  /** Units that have begun: frames, those of one head counted together. */
  #unitCount = 0;
  /** The incomplete unit, and the coarse time at which it began to come. */
  #partialUnit = NOTHING;
  #sinceMs = 0;

  unitBegins(): void {
    this.#unitCount++;
  }

  /** Some input has been read; `isPartial` if it ended in the middle of a unit. */
  inputEnds(isPartial: boolean, nowMs: number): void {
    if (!isPartial) {
      this.#partialUnit = NOTHING;
    } else if (this.#partialUnit !== this.#unitCount) {
      this.#partialUnit = this.#unitCount;
      this.#sinceMs = nowMs;
    }
  }

  /** Milliseconds since the incomplete unit began to come; 0 if there is none. */
  waitedMs(nowMs: number): number {
    return this.#partialUnit === NOTHING ? 0 : nowMs - this.#sinceMs;
  }
}
