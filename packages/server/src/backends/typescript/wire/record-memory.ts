import { markAsUntransferable } from "node:worker_threads";
import { ContentReader } from "./content-reader.ts";
import { TENSOR_ALIGNMENT } from "./content-writer.ts";
import { copyWords, WORD_COPY_SIZE_MAX } from "./copy-words.ts";
import { TextCache } from "./text-cache.ts";

/** One piece of memory holds the contents of many records. */
const SLAB_SIZE: number = 16 * 1024;
/** Larger contents have memory of their own. */
const SHARED_SIZE_MAX: number = 2 * 1024;

/** Where a record lies in a ring. */
export interface RingContent {
  readonly words: Int32Array;
  readonly bytes: Buffer;
}

/**
 * Copies what was read from records into memory that outlives them, many small ones side by side: memory of its own for each
 * costs several times the copy.
 */
export class RecordMemory {
  readonly #texts = new TextCache();
  #slab = createSlab();
  #used = 0;

  /** A reader of a copy of `size` bytes from `position`, a multiple of 4, on. */
  copy({ words, bytes }: RingContent, position: number, size: number): ContentReader {
    if (size > SHARED_SIZE_MAX) {
      return this.own(bytes.subarray(position, position + size));
    }
    const alignedSize = (size + TENSOR_ALIGNMENT - 1) & -TENSOR_ALIGNMENT;
    if (this.#used + alignedSize > SLAB_SIZE) {
      this.#slab = createSlab();
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += alignedSize;
    const slab = this.#slab;
    if (size <= WORD_COPY_SIZE_MAX) {
      copyWords({ words, position }, { words: slab.words, position: start }, size);
    } else {
      slab.bytes.set(bytes.subarray(position, position + size), start);
    }
    return new ContentReader(slab, { start, end: start + size }, this.#texts);
  }

  /** A reader of a copy of bytes that has memory of its own. */
  own(bytes: Uint8Array): ContentReader {
    const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
    copy.set(bytes);
    const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
    return new ContentReader(
      { bytes: copy, view },
      { start: 0, end: copy.byteLength },
      this.#texts,
    );
  }
}

interface Slab extends RingContent {
  readonly view: DataView;
}

function createSlab(): Slab {
  const memory = new ArrayBuffer(SLAB_SIZE);
  // A model that gives one of its tensors away must not take those of others with it.
  markAsUntransferable(memory);
  return { bytes: Buffer.from(memory), words: new Int32Array(memory), view: new DataView(memory) };
}
