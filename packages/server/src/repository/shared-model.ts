import { assert } from "../base/assert.ts";
import type { LocalModel } from "./model-store.ts";

/**
 * A model's local files, held by everything that reads them: the load itself and each version that it made. They are
 * released with the last holder.
 */
export class SharedModel {
  readonly directory: string;
  readonly #local: LocalModel;
  #holderCount = 1;

  /** The creator is the first holder. Takes ownership of `local`. */
  constructor(local: LocalModel) {
    this.directory = local.directory;
    this.#local = local;
  }

  /** Adds a holder; it calls `release` once. */
  retain(): void {
    assert(this.#holderCount > 0, "released files are not held again");
    this.#holderCount++;
  }

  async release(): Promise<void> {
    assert(this.#holderCount > 0, "each holder releases once");
    this.#holderCount--;
    if (this.#holderCount === 0) {
      await this.#local.release();
    }
  }
}
