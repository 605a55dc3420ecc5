import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { loadNativeLibrary } from "../native-library.ts";
import { NativeBlock } from "../native-memory.ts";

/** A `cpu_set_t`: one bit a processor, 1024 of them. */
const CPU_SET_BYTES = 128;

const FIRST_SIBLINGS_FILE = "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list";

type SchedSetaffinity = (threadId: number, byteSize: number, set: bigint) => number;

/** Binds threads to one core, or lets go of them. */
export interface CoreBinding {
  /** @returns whether the system has done so */
  bind(threadId: number, isBound: boolean): boolean;
}

/**
 * Keeps threads on the first core, which thread pools leave to whoever calls them: ONNX Runtime binds its own threads to one
 * core each, from the second on. A caller that is anywhere else shares a core with one of them until the kernel moves it,
 * at its next tick, while all others wait for both.
 */
export class FirstCore implements CoreBinding {
  readonly #setAffinity: SchedSetaffinity;
  readonly #all: NativeBlock;
  readonly #first: NativeBlock;

  private constructor(setAffinity: SchedSetaffinity, all: NativeBlock, first: NativeBlock) {
    this.#setAffinity = setAffinity;
    this.#all = all;
    this.#first = first;
  }

  /** null where threads cannot be bound, there is one core only, or the process may not use all of them. */
  static open(): FirstCore | null {
    if (process.platform !== "linux") {
      return null;
    }
    try {
      const self = loadNativeLibrary(null);
      const parameters = ["int", "size_t", "void *"];
      const getAffinity = self.function<SchedSetaffinity>("sched_getaffinity", "int", parameters);
      const setAffinity = self.function<SchedSetaffinity>("sched_setaffinity", "int", parameters);
      const all = new NativeBlock(CPU_SET_BYTES);
      const siblings = parseCpuList(readFileSync(FIRST_SIBLINGS_FILE, "latin1"));
      const hasAll =
        getAffinity(0, CPU_SET_BYTES, all.address) === 0 &&
        bitCount(all.bytes) === cpus().length &&
        // Changes nothing, but a sandbox may forbid it.
        setAffinity(0, CPU_SET_BYTES, all.address) === 0 &&
        siblings.length < cpus().length;
      return hasAll ? new FirstCore(setAffinity, all, setOf(siblings)) : null;
    } catch {
      // A C library or a kernel without it: threads are where the kernel puts them.
      return null;
    }
  }

  bind(threadId: number, isBound: boolean): boolean {
    const set = isBound ? this.#first : this.#all;
    return this.#setAffinity(threadId, CPU_SET_BYTES, set.address) === 0;
  }
}

/** The numbers of a list like `0-1,8`. @throws {RangeError} if it is none */
export function parseCpuList(text: string): number[] {
  return text
    .trim()
    .split(",")
    .flatMap((part) => {
      const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
      const first = Number(from);
      const last = Number(to);
      if (!(last >= first && last < CPU_SET_BYTES * 8)) {
        throw new RangeError(`'${part}' is no range of processors`);
      }
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

function setOf(numbers: readonly number[]): NativeBlock {
  const set = new NativeBlock(CPU_SET_BYTES);
  for (const number of numbers) {
    const index = number >> 3;
    set.bytes[index] = (set.bytes[index] ?? 0) | (1 << (number & 7));
  }
  return set;
}

function bitCount(bytes: Uint8Array): number {
  let count = 0;
  for (let rest of bytes) {
    for (; rest !== 0; rest &= rest - 1) {
      count++;
    }
  }
  return count;
}
