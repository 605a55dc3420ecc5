import { isMainThread } from "node:worker_threads";
import { loadNativeLibrary } from "../native-library.ts";
import { NativeBlock } from "../native-memory.ts";

/** Sleeps until the event loop has something to do, or for `delayNs` at most. On the main thread only. */
export type EventLoopWait = (delayNs: number) => void;

/** `POLLIN`, the same on every POSIX system that Node runs on. */
const POLLIN = 1;

const NS_PER_S = 1e9;

/** `PR_SET_TIMERSLACK`: how much later than asked, in nanoseconds, the system may end this thread's waits; 50,000 unless set. */
const PR_SET_TIMERSLACK = 29;
const TIMER_SLACK_NS = 1;

type Prctl = (option: number, a: number, b: number, c: number, d: number) => number;
type Ppoll = (fds: bigint, count: number, timeout: bigint, signals: null) => number;

/**
 * A wait of the event loop's own kind with the resolution of nanoseconds: the loop itself waits in whole milliseconds.
 * It polls the loop's own descriptor, which is readable when a descriptor of the loop is.
 *
 * What the loop has been told of in this turn and not yet handed to the system (a socket that is to be written) does not
 * wake it, so waits are to be short.
 *
 * @returns null where there is no such wait: not Linux, or not the main thread's loop
 */
export function createEventLoopWait(): EventLoopWait | null {
  if (process.platform !== "linux" || !isMainThread) {
    return null;
  }
  try {
    return new PollingWait().wait;
  } catch {
    // A Node that does not export its loop: waits are only a refinement.
    return null;
  }
}

/** Holds the memory that `ppoll` reads and writes. */
class PollingWait {
  /** `struct pollfd`: int fd, short events, short revents. */
  readonly #descriptor = new NativeBlock(8);
  /** `struct timespec`: time_t, long. */
  readonly #timeout = new NativeBlock(16);
  readonly #timeoutWords: BigInt64Array;
  readonly #ppoll: Ppoll;

  constructor() {
    const self = loadNativeLibrary(null);
    const loop = self.function<() => bigint>("uv_default_loop", "void *", [])();
    const descriptor = self.function<(loop: bigint) => number>("uv_backend_fd", "int", ["void *"])(
      loop,
    );
    if (descriptor < 0) {
      throw new RangeError("the event loop has no descriptor");
    }
    this.#ppoll = self.function<Ppoll>("ppoll", "int", ["void *", "size_t", "void *", "void *"]);
    const parameters = ["int", "ulong", "ulong", "ulong", "ulong"];
    self.function<Prctl>("prctl", "int", parameters)(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
    const { buffer } = this.#descriptor.bytes;
    new Int32Array(buffer, 0, 1)[0] = descriptor;
    new Int16Array(buffer, 4, 1)[0] = POLLIN;
    this.#timeoutWords = new BigInt64Array(this.#timeout.bytes.buffer);
  }

  readonly wait: EventLoopWait = (delayNs) => {
    const wholeNs = Math.max(0, Math.floor(delayNs));
    this.#timeoutWords[0] = BigInt(Math.floor(wholeNs / NS_PER_S));
    this.#timeoutWords[1] = BigInt(wholeNs % NS_PER_S);
    // Interrupted by a signal, or with an error: the caller looks at the clock again anyway.
    this.#ppoll(this.#descriptor.address, 1, this.#timeout.address, null);
  };
}
