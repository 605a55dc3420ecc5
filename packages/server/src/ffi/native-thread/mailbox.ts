/**
 * The memory shared between the JavaScript thread that asks for native calls and the thread that makes them. Only raw
 * addresses and small integers cross.
 *
 * ```
 *   int32    [0] calls asked for   [1] calls done   [2] 1: end
 *   uint64   [0] function  [1] argument count  [2] result  [3…] arguments
 *   float64  [0] nanoseconds of the last call
 * ```
 * One call at a time: `asked - done` is 0 or 1, and each side writes only while the other waits.
 */

/** Index of the number of calls asked for among the int32s. */
export const ASKED = 0;
/** Index of the number of calls done among the int32s. */
export const DONE = 1;
/** Index of the order to end among the int32s. */
export const END = 2;

/** Index of the called function's address among the words. */
export const FUNCTION = 0;
/** Index of the number of arguments among the words. */
export const ARGUMENT_COUNT = 1;
/** Index of the returned word among the words. */
export const RESULT = 2;
/** Index of the first argument among the words. */
export const ARGUMENTS = 3;

/** As many as the widest function that is called this way takes, with room to spare. */
export const ARGUMENT_COUNT_MAX = 12;

const CONTROL_BYTES = 64;
const WORD_COUNT = ARGUMENTS + ARGUMENT_COUNT_MAX;
const DURATION_OFFSET = CONTROL_BYTES + WORD_COUNT * 8;

/** Views on the shared memory of one thread. */
export interface Mailbox {
  readonly control: Int32Array;
  readonly words: BigUint64Array;
  readonly duration: Float64Array;
}

/** Memory for one mailbox, zeroed: nothing asked for, nothing done. */
export function createMailboxMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(DURATION_OFFSET + 8);
}

/** The views of a mailbox on its memory. */
export function mailboxOver(memory: SharedArrayBuffer): Mailbox {
  return {
    control: new Int32Array(memory, 0, CONTROL_BYTES / 4),
    words: new BigUint64Array(memory, CONTROL_BYTES, WORD_COUNT),
    duration: new Float64Array(memory, DURATION_OFFSET, 1),
  };
}

/** What a new thread is told. */
export interface NativeThreadData {
  readonly memory: SharedArrayBuffer;
  /** A library that the process has loaded already. */
  readonly libraryPath: string;
  readonly stackBytes: number;
}
