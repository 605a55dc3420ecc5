import { MemoryFile } from "../../ffi/shared-memory/memory-file.ts";
import { ARENA_FILE_BYTES, chunkAt } from "./arena-layout.ts";

/** A mapped part of an arena. */
export interface ArenaChunk {
  /** Where it begins in the file. */
  readonly begin: number;
  readonly bytes: Uint8Array;
  /** The same memory as signed words: blocks' states. */
  readonly words: Int32Array;
}

/** A sparse memory file with a mapping of each part that was needed. A part stays mapped until nothing refers to the arena. */
export class MappedArena {
  readonly file: MemoryFile;
  readonly #chunks = new Map<number, ArenaChunk>();

  private constructor(file: MemoryFile) {
    this.file = file;
  }

  /** @throws {Error} if the system has no such file */
  static create(name: string): MappedArena {
    return new MappedArena(MemoryFile.create(name, ARENA_FILE_BYTES));
  }

  /** The chunk of the block at a position. @throws {RangeError} if the system does not map it */
  chunk(position: number): ArenaChunk {
    const { begin, byteSize } = chunkAt(position);
    let chunk = this.#chunks.get(begin);
    if (chunk === undefined) {
      const bytes = this.file.map(begin, byteSize);
      chunk = { begin, bytes, words: new Int32Array(bytes.buffer, 0, byteSize / 4) };
      this.#chunks.set(begin, chunk);
    }
    return chunk;
  }

  /** Closes the file. What has been given out stays readable. Idempotent. */
  close(): void {
    this.file.close();
    this.#chunks.clear();
  }
}
