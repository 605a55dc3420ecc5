const COUNT = 256;

/** The last 256 numbers that were added, the others are forgotten. */
export class RecentIds {
  #ids: Uint32Array | null = null;
  #next = 0;

  /** @param id is not 0 */
  add(id: number): void {
    this.#ids ??= new Uint32Array(COUNT);
    this.#ids[this.#next] = id;
    this.#next = (this.#next + 1) % COUNT;
  }

  has(id: number): boolean {
    return this.#ids?.includes(id) ?? false;
  }
}
