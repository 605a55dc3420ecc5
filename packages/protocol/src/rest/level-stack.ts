const INITIAL_WORD_COUNT = 2;

/** The kinds of the containers around a position in JSON text, one bit each: as deep as memory goes, without recursion. */
export class LevelStack {
  depth = 0;
  #words: Uint32Array = new Uint32Array(INITIAL_WORD_COUNT);

  push(isArray: boolean): void {
    const word = this.depth >>> 5;
    if (word >= this.#words.length) {
      const grown = new Uint32Array(this.#words.length * 2);
      grown.set(this.#words);
      this.#words = grown;
    }
    const mask = 1 << (this.depth & 31);
    const kept = (this.#words[word] ?? 0) & ~mask;
    this.#words[word] = isArray ? kept | mask : kept;
    this.depth++;
  }

  pop(): void {
    this.depth--;
  }

  /** Whether the innermost container is an array. */
  isArray(): boolean {
    const level = this.depth - 1;
    return (((this.#words[level >>> 5] ?? 0) >>> (level & 31)) & 1) === 1;
  }
}
