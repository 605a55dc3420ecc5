import { assert } from "./assert.ts";

/**
 * Locks over names, taken all at once or not at all, so that nobody holds some while waiting for others.
 *
 * Whoever finds one taken waits for `released`, looks at the world again and tries anew.
 */
export class NameLocks {
  readonly #locked = new Set<string>();
  #waiters: (() => void)[] = [];

  /** Whether all of them were free, and are the caller's now. */
  tryLock(names: readonly string[]): boolean {
    if (names.some((name) => this.#locked.has(name))) {
      return false;
    }
    for (const name of names) {
      this.#locked.add(name);
    }
    return true;
  }

  unlock(names: readonly string[]): void {
    for (const name of names) {
      assert(this.#locked.delete(name), "only what is locked is unlocked");
    }
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) {
      wake();
    }
  }

  /** Resolves at the next `unlock` of anything. */
  released(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }
}
