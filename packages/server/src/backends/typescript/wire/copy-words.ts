/** Up to here, copying by the word costs less than the views and calls of a copy in one piece. */
export const WORD_COPY_SIZE_MAX = 512;

/** A position in memory, a multiple of 4 bytes. */
export interface WordPlace {
  readonly words: Int32Array;
  readonly position: number;
}

/** Copies so many bytes, and up to 3 more that follow them. */
export function copyWords(from: WordPlace, to: WordPlace, size: number): void {
  const { words: source } = from;
  const { words: target } = to;
  const sourceWord = from.position >> 2;
  const targetWord = to.position >> 2;
  const count = (size + 3) >> 2;
  for (let index = 0; index < count; index++) {
    target[targetWord + index] = source[sourceWord + index] ?? 0;
  }
}
