import { closeSync, writeSync } from "node:fs";
import { loadNativeLibrary } from "../../native-library.ts";
import { NativeBlock } from "../../native-memory.ts";
import type { NativeCall } from "../native-thread.ts";

/** The C library by name: a native thread loads it once more, by count. */
export const C_LIBRARY_PATH: string =
  process.platform === "darwin" ? "libSystem.dylib" : "libc.so.6";

/** `labs(value)`. */
export function absCall(
  value: number,
  onReturn: NativeCall["onReturn"],
  onLost: NativeCall["onLost"] = () => {},
): NativeCall {
  return {
    functionAddress: loadNativeLibrary(C_LIBRARY_PATH).address("labs"),
    words: BigUint64Array.of(BigInt(value)),
    onReturn,
    onLost,
  };
}

/** Blocks native calls until it is opened: they read from a pipe that is empty until then. */
export class Gate implements Disposable {
  readonly #readFd: number;
  readonly #writeFd: number;
  readonly #target = new NativeBlock(1);

  constructor() {
    const pipe = loadNativeLibrary(C_LIBRARY_PATH).function<(fds: Int32Array) => number>(
      "pipe",
      "int",
      ["void *"],
    );
    const fds = new Int32Array(new ArrayBuffer(8));
    pipe(fds);
    [this.#readFd = 0, this.#writeFd = 0] = fds;
  }

  /** A call that blocks its thread and returns 1 when one is let through. */
  call(onReturn: NativeCall["onReturn"], onLost: NativeCall["onLost"] = () => {}): NativeCall {
    return {
      functionAddress: loadNativeLibrary(C_LIBRARY_PATH).address("read"),
      words: BigUint64Array.of(BigInt(this.#readFd), this.#target.address, 1n),
      onReturn,
      onLost,
    };
  }

  /** Lets so many calls through. */
  open(count = 1): void {
    writeSync(this.#writeFd, new Uint8Array(count));
  }

  [Symbol.dispose](): void {
    closeSync(this.#readFd);
    closeSync(this.#writeFd);
  }
}
