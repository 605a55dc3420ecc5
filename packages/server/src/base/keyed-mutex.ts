/** Serialises work that concerns the same key; work on different keys runs side by side. */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();
  #pendingCount = 0;

  /** Pieces of work that run or wait. */
  get pendingCount(): number {
    return this.#pendingCount;
  }

  /** Resolves when no work runs or waits; never rejects. */
  async idle(): Promise<void> {
    while (this.#pendingCount > 0) {
      await Promise.all(this.#tails.values());
    }
  }

  /** Runs `work` after all earlier work on `key` has settled. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(work);
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(key, tail);
    this.#pendingCount++;
    try {
      return await result;
    } finally {
      this.#pendingCount--;
      if (this.#tails.get(key) === tail) {
        this.#tails.delete(key);
      }
    }
  }
}
