/** How much less each run counts than the next: about the last five hundred decide. */
const MEMORY = 0.998;
/** Sizes must differ by this much (their variance over the square of their mean) before a line is laid through them. */
const SPREAD_MIN = 1e-3;

/**
 * What a run costs by its rows: a line through what runs have cost, `fixed + perRow · rows`, in which old runs fade.
 *
 * While all runs have had one size, larger ones are taken to cost in proportion, smaller ones as much: the careful guess.
 */
export class BatchCost {
  #weight = 0;
  #rows = 0;
  #rowsSquared = 0;
  #ns = 0;
  #rowsNs = 0;

  /** Whether runs have had sizes different enough to tell what a row costs. */
  get hasSlope(): boolean {
    const meanRows = this.#rows / this.#weight;
    return this.#weight > 0 && this.#variance() >= SPREAD_MIN * meanRows * meanRows;
  }

  add(rows: number, ns: number): void {
    this.#weight = this.#weight * MEMORY + 1;
    this.#rows = this.#rows * MEMORY + rows;
    this.#rowsSquared = this.#rowsSquared * MEMORY + rows * rows;
    this.#ns = this.#ns * MEMORY + ns;
    this.#rowsNs = this.#rowsNs * MEMORY + rows * ns;
  }

  /** Nanoseconds that a run of so many rows takes; 0 if nothing is known. */
  ns(rows: number): number {
    if (this.#weight === 0) {
      return 0;
    }
    const meanRows = this.#rows / this.#weight;
    const meanNs = this.#ns / this.#weight;
    if (!this.hasSlope) {
      return meanNs * Math.max(1, rows / meanRows);
    }
    const covariance = this.#rowsNs / this.#weight - meanRows * meanNs;
    // Neither a row nor a run costs less than nothing.
    const perRow = Math.min(Math.max(0, covariance / this.#variance()), meanNs / meanRows);
    return meanNs + perRow * (rows - meanRows);
  }

  #variance(): number {
    const meanRows = this.#rows / this.#weight;
    return this.#rowsSquared / this.#weight - meanRows * meanRows;
  }
}
