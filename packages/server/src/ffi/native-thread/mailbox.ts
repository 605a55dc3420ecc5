/**
 * The memory shared between the JavaScript thread that asks for native calls and the thread that makes them. Only raw
 * addresses and small integers cross.
 *
 * ```
 *   int32    [0] calls asked for   [1] calls done   [2] 1: end
 *   twice, for calls in turn:
 *   uint64   [0] function  [1] argument count  [2] result  [3…] arguments
 *   float64  [0] nanoseconds of the call
 * ```
 * `asked - done` is at most {@link CALL_COUNT_MAX}: a call, and the one to begin when it has returned. A slot belongs to the
 * asking side but from its call's being asked for until its being done.
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

/** The call that runs and the one behind it. */
export const CALL_COUNT_MAX = 2;

const CONTROL_BYTES = 64;
const WORD_COUNT = ARGUMENTS + ARGUMENT_COUNT_MAX;
const SLOT_BYTES = (WORD_COUNT + 1) * 8;

/** Where one call's function and arguments go, and its result comes back. */
export interface CallSlot {
  readonly words: BigUint64Array;
  readonly duration: Float64Array;
}

/** Views on the shared memory of one thread. */
export interface Mailbox {
  readonly control: Int32Array;
  readonly slots: readonly CallSlot[];
}

/** Memory for one mailbox, zeroed: nothing asked for, nothing done. */
export function createMailboxMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(CONTROL_BYTES + CALL_COUNT_MAX * SLOT_BYTES);
}

/** The views of a mailbox on its memory. */
export function mailboxOver(memory: SharedArrayBuffer): Mailbox {
  return {
    control: new Int32Array(memory, 0, CONTROL_BYTES / 4),
    slots: Array.from({ length: CALL_COUNT_MAX }, (_, index) => {
      const offset = CONTROL_BYTES + index * SLOT_BYTES;
      return {
        words: new BigUint64Array(memory, offset, WORD_COUNT),
        duration: new Float64Array(memory, offset + WORD_COUNT * 8, 1),
      };
    }),
  };
}

/** The slot of the call with this number; calls are counted from 0, and the count wraps at 32 bits. */
export function slotOf({ slots }: Mailbox, number: number): CallSlot {
  const slot = slots[number & (CALL_COUNT_MAX - 1)];
  if (slot === undefined) {
    throw new RangeError("the slots of a mailbox are a power of two");
  }
  return slot;
}

/** What a new thread is told. */
export interface NativeThreadData {
  readonly memory: SharedArrayBuffer;
  /** A library that the process has loaded already. */
  readonly libraryPath: string;
  readonly stackBytes: number;
}
