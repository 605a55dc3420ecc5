/** Longer texts are not kept: names are short. */
export const CACHED_TEXT_SIZE_MAX = 32;

const ENTRY_COUNT = 64;

/** Texts that came before, by their bytes: names of tensors come again with each record. */
export class TextCache {
  readonly #entries: string[] = new Array<string>(ENTRY_COUNT).fill("");

  /** The text of `size` bytes of UTF-8 from `start` on; at most `CACHED_TEXT_SIZE_MAX`. */
  find(bytes: Buffer, start: number, size: number): string {
    let hash = size;
    for (let index = 0; index < size; index++) {
      hash = (hash * 31 + (bytes[start + index] ?? 0)) | 0;
    }
    const slot = hash & (ENTRY_COUNT - 1);
    const known = this.#entries[slot] ?? "";
    if (isAsciiText(known, bytes, start, size)) {
      return known;
    }
    const text = bytes.toString("utf8", start, start + size);
    this.#entries[slot] = text;
    return text;
  }
}

/** Whether the bytes are those of the text and all of them ASCII. */
function isAsciiText(text: string, bytes: Buffer, start: number, size: number): boolean {
  if (text.length !== size) {
    return false;
  }
  for (let index = 0; index < size; index++) {
    const byte = bytes[start + index] ?? 0;
    if (byte !== text.charCodeAt(index) || byte >= 0x80) {
      return false;
    }
  }
  return true;
}
