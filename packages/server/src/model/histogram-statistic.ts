/** How many values lie between given bounds. */
export class HistogramStatistic {
  /** Upper bounds, ascending; values above the last are counted too. */
  readonly bounds: readonly number[];
  /** One a bound, for the values up to it and above the one before, and one for what is above the last. */
  readonly counts: readonly number[];
  sum = 0;
  readonly #counts: number[];

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
    this.counts = this.#counts;
  }

  observe(value: number): void {
    let index = 0;
    while (index < this.bounds.length && value > (this.bounds[index] ?? 0)) {
      index++;
    }
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.sum += value;
  }
}
