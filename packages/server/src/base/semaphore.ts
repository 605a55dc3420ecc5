import { assert } from "./assert.ts";

/** Lets at most `permitCount` pieces of control-plane work run at once, in the order they came. */
export class Semaphore {
  #available: number;
  readonly #waiting: (() => void)[] = [];

  constructor(permitCount: number) {
    assert(Number.isSafeInteger(permitCount) && permitCount > 0, "a semaphore has permits");
    this.#available = permitCount;
  }

  /** Runs `work` once a permit is free; the permit returns when its promise settles. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#acquire();
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  #acquire(): Promise<void> {
    if (this.#available > 0) {
      this.#available--;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#available++;
    } else {
      next();
    }
  }
}
