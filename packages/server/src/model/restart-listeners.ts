/**
 * Who waits until an instance that has ended by itself has been started again, or could not be (`Instance.onceRestarted`).
 *
 * Invariant: each callback is called once, by the first `tell` that begins after it was added.
 */
export class RestartListeners {
  #callbacks: (() => void)[] = [];

  /** Waits for the end of the next attempt. */
  add(callback: () => void): void {
    this.#callbacks.push(callback);
  }

  /**
   * An attempt is over. The instance may be given batches, and so end again, before this returns: who is added meanwhile waits
   * for the next one.
   */
  tell(): void {
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) {
      callback();
    }
  }
}
