import { MessageChannel, type MessagePort } from "node:worker_threads";
import { createRingMemory } from "../../threads/ring.ts";
import { RING_SIZE } from "./thread-limits.ts";

/** One side's ends of what connects an I/O thread and the core. */
export interface ThreadChannels {
  readonly toCore: SharedArrayBuffer;
  readonly toThread: SharedArrayBuffer;
  /** Announces the shared buffers of request bodies, which the thread fills. */
  readonly bodyPort: MessagePort;
  /** Announces the shared buffers of answers, which the core fills. */
  readonly answerPort: MessagePort;
  /** One word: connections that are open on the thread now. */
  readonly connectionCount: Int32Array;
}

/** Makes the channels of one thread: the core's ends, and the thread's, whose ports are to be transferred. */
export function createThreadChannels(): { core: ThreadChannels; thread: ThreadChannels } {
  const bodies = new MessageChannel();
  const answers = new MessageChannel();
  // The ports are read when a buffer is asked for; they keep nobody alive.
  for (const port of [bodies.port1, bodies.port2, answers.port1, answers.port2]) {
    port.unref();
  }
  const shared = {
    toCore: createRingMemory(RING_SIZE),
    toThread: createRingMemory(RING_SIZE),
    connectionCount: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
  };
  return {
    core: { ...shared, bodyPort: bodies.port1, answerPort: answers.port1 },
    thread: { ...shared, bodyPort: bodies.port2, answerPort: answers.port2 },
  };
}
