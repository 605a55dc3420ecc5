// The body of a native thread: waits for an address, calls it, says so, until told to end. It never touches the memory
// that the arguments point to. It imports little, because every thread pays for what it loads; and it always loads a
// library before the first call, because the FFI makes the stack for native calls there and crashes without it.
import { readlinkSync } from "node:fs";
import { basename } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import koffi from "koffi";
import { systemClock } from "../../base/clock.ts";
import { garbageCollector } from "../../base/garbage-collector.ts";
import {
  ARGUMENT_COUNT,
  ARGUMENT_COUNT_MAX,
  ARGUMENTS,
  ASKED,
  type CallSlot,
  DONE,
  END,
  FUNCTION,
  mailboxOver,
  type NativeThreadData,
  RESULT,
  slotOf,
} from "./mailbox.ts";

type NativeCall = (...words: bigint[]) => bigint | null;

/** Where the arguments of a call lie, by how many there are. */
const VALUES: readonly bigint[][] = Array.from({ length: ARGUMENT_COUNT_MAX + 1 }, (_, count) =>
  new Array<bigint>(count).fill(0n),
);

const functions = new Map<bigint, NativeCall>();

function functionAt(address: bigint, argumentCount: number): NativeCall {
  let call = functions.get(address);
  if (call === undefined) {
    // Pointers, sizes and other integers all travel in whole words.
    const parameters = new Array<string>(argumentCount).fill("void *");
    call = koffi.decode(address, koffi.proto("void *", parameters)) as NativeCall; // as the prototype says
    functions.set(address, call);
  }
  return call;
}

function makeCall({ words, duration }: CallSlot): void {
  const argumentCount = Number(words[ARGUMENT_COUNT]);
  const call = functionAt(words[FUNCTION] ?? 0n, argumentCount);
  const values = VALUES[argumentCount] ?? [];
  for (let index = 0; index < argumentCount; index++) {
    values[index] = words[ARGUMENTS + index] ?? 0n;
  }
  const startNs = systemClock.nowNs();
  const result = call(...values);
  duration[0] = systemClock.nowNs() - startNs;
  words[RESULT] = result ?? 0n;
}

/** The system's number of this thread, 0 where Linux does not say: `gettid` is missing in C libraries that Node still runs on. */
function threadId(): number {
  try {
    return Number(basename(readlinkSync("/proc/thread-self")));
  } catch {
    return 0;
  }
}

function main(data: NativeThreadData): void {
  koffi.config({ sync_stack_size: data.stackBytes });
  const library = koffi.load(data.libraryPath);
  const mailbox = mailboxOver(data.memory);
  const { control } = mailbox;
  // Gives back what starting up has left on the heap: 2 of its 9 MB, in 4 ms. Nothing much is allocated afterwards, so there
  // would be no collection for hours.
  garbageCollector()({ type: "major", execution: "sync", flavor: "last-resort" });
  parentPort?.postMessage(threadId());
  for (let done = 0; ; ) {
    Atomics.wait(control, ASKED, done);
    if (Atomics.load(control, END) === 1) {
      break;
    }
    if (Atomics.load(control, ASKED) === done) {
      continue;
    }
    makeCall(slotOf(mailbox, done));
    done = (done + 1) | 0;
    Atomics.store(control, DONE, done);
    parentPort?.postMessage(0);
  }
  // Kept until here, so that the library is not unloaded under a call.
  library.unload();
  parentPort?.close();
}

// Only NativeThread starts this file.
main(workerData as NativeThreadData);
