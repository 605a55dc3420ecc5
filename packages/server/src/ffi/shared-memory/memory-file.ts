import { closeSync, ftruncateSync, openSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import koffi from "koffi";
import { assert } from "../../base/assert.ts";
import { loadNativeLibrary } from "../native-library.ts";
import type { Pointer } from "../native-memory.ts";

/** `PROT_READ | PROT_WRITE` and `MAP_SHARED`, the same on Linux and macOS. */
const PROTECTION = 3;
const MAP_SHARED = 1;
/** `MFD_CLOEXEC`: a process that is not handed the descriptor does not have it. */
const MFD_CLOEXEC = 1;
/** `FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE`. */
const PUNCH_HOLE = 3;
/** `MAP_FAILED`, as the address that it is. */
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

interface MemoryFunctions {
  readonly mmap: (
    hint: Pointer,
    byteSize: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ) => bigint | null;
  readonly munmap: (address: bigint, byteSize: number) => number;
  /** null where the system has none. */
  readonly memfdCreate: ((name: string, flags: number) => number) | null;
  readonly fallocate: ((fd: number, mode: number, offset: number, length: number) => number) | null;
}

let loaded: MemoryFunctions | null = null;

function functions(): MemoryFunctions {
  const library = loadNativeLibrary(null);
  const isLinux = process.platform === "linux";
  loaded ??= {
    mmap: library.function("mmap", "void *", ["void *", "size_t", "int", "int", "int", "int64_t"]),
    munmap: library.function("munmap", "int", ["void *", "size_t"]),
    memfdCreate: isLinux ? library.function("memfd_create", "int", ["str", "uint"]) : null,
    fallocate: isLinux
      ? library.function("fallocate", "int", ["int", "int", "int64_t", "int64_t"])
      : null,
  };
  return loaded;
}

/**
 * Unmaps what no view can reach any more. A mapping must not go while a view of it exists: to read it would end the
 * process.
 */
const mappings = new FinalizationRegistry<{ address: bigint; byteSize: number }>((mapping) => {
  functions().munmap(mapping.address, mapping.byteSize);
});

/** A file in memory that processes share by its descriptor. It has no name and is gone when nobody has it open or mapped. */
export class MemoryFile {
  readonly #fd: number;
  #isOpen = true;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Makes a sparse file: it takes memory where it is written to.
   *
   * @param name for the system's lists of open files; it need not be unique
   * @throws {Error} if the system has no such file
   */
  static create(name: string, byteSize: number): MemoryFile {
    const fd = openMemory(name);
    try {
      ftruncateSync(fd, byteSize);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return new MemoryFile(fd);
  }

  /** To be handed to a child process. */
  get descriptor(): number {
    assert(this.#isOpen, "a closed file has no descriptor");
    return this.#fd;
  }

  /**
   * Maps a part, which is unmapped when its buffer has been collected.
   *
   * @param offset a multiple of the page size
   * @throws {RangeError} if the system does not map it
   */
  map(offset: number, byteSize: number): Uint8Array {
    assert(this.#isOpen, "a closed file is not mapped");
    const address = functions().mmap(null, byteSize, PROTECTION, MAP_SHARED, this.#fd, offset);
    if (address === null || address === MAP_FAILED) {
      throw new RangeError(
        `cannot map ${byteSize} bytes of shared memory (errno ${koffi.errno()})`,
      );
    }
    const buffer = koffi.view(address, byteSize);
    mappings.register(buffer, { address, byteSize });
    return new Uint8Array(buffer);
  }

  /** Gives a part's memory back to the system; it reads as zeros then. Does nothing where the system cannot. */
  discard(offset: number, byteSize: number): void {
    assert(this.#isOpen, "a closed file is not changed");
    functions().fallocate?.(this.#fd, PUNCH_HOLE, offset, byteSize);
  }

  /** Closes this process's descriptor. Mapped parts stay. Idempotent. */
  close(): void {
    if (this.#isOpen) {
      this.#isOpen = false;
      closeSync(this.#fd);
    }
  }
}

let fileCount = 0;

function openMemory(name: string): number {
  const { memfdCreate } = functions();
  if (memfdCreate === null) {
    const path = join(tmpdir(), `${name}-${process.pid}-${fileCount++}`);
    const fd = openSync(path, "wx+", 0o600);
    unlinkSync(path);
    return fd;
  }
  const fd = memfdCreate(name, MFD_CLOEXEC);
  if (fd < 0) {
    throw new Error(`cannot make shared memory (errno ${koffi.errno()})`);
  }
  return fd;
}
