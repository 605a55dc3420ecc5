import { assert } from "../base/assert.ts";
import { loadNativeLibrary } from "./native-library.ts";
import { NativeBlock } from "./native-memory.ts";

/** CLOCK_THREAD_CPUTIME_ID of the systems whose C library has it. */
const CLOCK_IDS: Readonly<Partial<Record<NodeJS.Platform, number>>> = { linux: 3, darwin: 16 };

/** struct timespec, seconds and nanoseconds, on 64-bit systems. */
const TIMESPEC_BYTES = 16;
const TIMESPEC_SECONDS = 0;
const TIMESPEC_NANOSECONDS = 2;

type ClockGettime = (clock: number, timespec: bigint) => number;

/**
 * The processor time of one JavaScript thread, exact to well below a microsecond. Node's own `threadCpuUsage` is no
 * substitute: the kernel brings what it reads up to date only at its timer tick, up to 4 ms late.
 */
export class ThreadCpuClock {
  readonly #clock: number;
  readonly #timespec = new NativeBlock(TIMESPEC_BYTES);
  readonly #words: Uint32Array;
  readonly #clockGettime: ClockGettime;

  private constructor(clock: number) {
    this.#clock = clock;
    this.#words = new Uint32Array(this.#timespec.bytes.buffer);
    this.#clockGettime = loadNativeLibrary(null).function("clock_gettime", "int", [
      "int",
      "void *",
    ]);
  }

  /** The calling thread's clock, or null on a system that has none. */
  static open(): ThreadCpuClock | null {
    const clock = CLOCK_IDS[process.platform];
    return clock === undefined ? null : new ThreadCpuClock(clock);
  }

  /** Nanoseconds that the calling thread has spent on a processor since it started. A system call: 1 to 10 µs. */
  nowNs(): number {
    const result = this.#clockGettime(this.#clock, this.#timespec.address);
    assert(result === 0, "the thread's clock can be read");
    const seconds = this.#words[TIMESPEC_SECONDS];
    const nanoseconds = this.#words[TIMESPEC_NANOSECONDS];
    assert(seconds !== undefined && nanoseconds !== undefined, "the block holds a timespec");
    return seconds * 1e9 + nanoseconds;
  }
}
