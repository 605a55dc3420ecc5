import { assert } from "../base/assert.ts";

/** Each bucket's upper end over its lower: how exact quantiles are. */
const BUCKET_RATIO = 1.02;
/** The end of the first bucket: 1 µs. */
const FIRST_NS = 1000;
/** Enough for 1.5 hours. */
const BUCKET_COUNT = 1130;

const LOG_RATIO = Math.log(BUCKET_RATIO);

/** Durations counted by their size, for quantiles that are exact to 2 %, in a fixed amount of memory. */
export class LatencyWindow {
  readonly #counts = new Uint32Array(BUCKET_COUNT);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(ns: number): void {
    const index = ns <= FIRST_NS ? 0 : Math.ceil(Math.log(ns / FIRST_NS) / LOG_RATIO);
    const bucket = Math.min(index, BUCKET_COUNT - 1);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
  }

  /** Nanoseconds that no more than this part of the durations exceeds, rounded up; 0 if there are none. */
  quantileNs(share: number): number {
    assert(share > 0 && share <= 1, "a part of the durations");
    let left = Math.ceil(this.#count * share);
    for (let index = 0; index < BUCKET_COUNT; index++) {
      left -= this.#counts[index] ?? 0;
      if (left <= 0) {
        return this.#count === 0 ? 0 : FIRST_NS * BUCKET_RATIO ** index;
      }
    }
    return 0;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
  }
}
