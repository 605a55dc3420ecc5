import { SHARE_ENV, Worker } from "node:worker_threads";
import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import { NATIVE_STACK_BYTES } from "../native-library.ts";
import type { CoreBinding } from "./first-core.ts";
import {
  ARGUMENT_COUNT,
  ARGUMENT_COUNT_MAX,
  ARGUMENTS,
  ASKED,
  CALL_COUNT_MAX,
  createMailboxMemory,
  END,
  FUNCTION,
  type Mailbox,
  mailboxOver,
  type NativeThreadData,
  RESULT,
  slotOf,
} from "./mailbox.ts";

/**
 * A call for a native thread. The object stays reachable until the call has returned, so what it holds in its fields is
 * safe to be pointed to by the arguments.
 */
export interface NativeCall {
  readonly functionAddress: bigint;
  /** Whole words: addresses, sizes, integers. At most {@link ARGUMENT_COUNT_MAX}. */
  readonly words: BigUint64Array;
  /** Whether it is to be made on the first core, if that is possible ({@link CoreBinding}). False if left out. */
  readonly isForFirstCore?: boolean;
  /**
   * Called on the JavaScript thread that asked.
   *
   * @param result the returned word, 0 for NULL
   * @param durationNs of the native call itself, without the hand-off
   */
  onReturn(result: bigint, durationNs: number): void;
  /** Instead of `onReturn`, if the thread has died: whether and how the call ended is not known. */
  onLost(error: TritonError): void;
}

/** Whoever owns a thread, told of its changes on the JavaScript thread that started it. */
export interface NativeThreadListener {
  /** The last call has returned and the next one may begin; told before the call's own `onReturn`. */
  onIdle(thread: NativeThread): void;
  /** The thread has died on its own and is of no more use; told before the running call's `onLost`. */
  onDeath(thread: NativeThread, error: TritonError): void;
}

/**
 * V8's limits of a thread that runs this folder's compiled JavaScript, in MiB. Its heap has about 6 MiB after start-up;
 * limits are not reservations, and reaching one would end the thread.
 */
const COMPILED_LIMITS = {
  maxOldGenerationSizeMb: 16,
  maxYoungGenerationSizeMb: 1,
  stackSizeMb: 1,
} as const;

/** The same where the source runs directly: stripping the types takes a WebAssembly module in every thread. */
const SOURCE_LIMITS = { maxOldGenerationSizeMb: 128, stackSizeMb: 4 } as const;

const IS_SOURCE: boolean = import.meta.url.endsWith(".ts");

/**
 * One operating-system thread that makes native calls, one at a time, for the JavaScript thread that started it. One more may
 * be put behind the running one: it begins as soon as that has returned, without waiting for either thread to wake up.
 *
 * It is a worker thread that blocks in the calls; the event loop does not. A call costs 5 to 60 µs more than a direct
 * one, by how busy the cores are. An idle thread does not keep the process alive, a call does.
 */
export class NativeThread {
  readonly #worker: Worker;
  readonly #mailbox: Mailbox;
  readonly #listener: NativeThreadListener;
  /** The system's number of the thread; 0 if it is not known, which the system would take for the calling thread. */
  readonly #threadId: number;
  #isOnFirstCore = false;
  /** The running one and the one behind it. */
  readonly #calls: NativeCall[] = [];
  #asked = 0;
  #returned = 0;
  #isEnded = false;
  #onExit: (() => void) | null = null;

  private constructor(
    worker: Worker,
    threadId: number,
    mailbox: Mailbox,
    listener: NativeThreadListener,
  ) {
    this.#worker = worker;
    this.#threadId = threadId;
    this.#mailbox = mailbox;
    this.#listener = listener;
    worker.on("message", () => this.#onMessage());
    worker.on("error", (error: unknown) => this.#onError(error));
    worker.on("exit", () => this.#exited());
    worker.unref();
  }

  /**
   * Starts a thread; it is ready, and idle, when the promise resolves (20 to 50 ms).
   *
   * @param libraryPath a library that the process has loaded; the thread loads it too (once more, by count)
   */
  static start(libraryPath: string, listener: NativeThreadListener): Promise<NativeThread> {
    const memory = createMailboxMemory();
    const data: NativeThreadData = { memory, libraryPath, stackBytes: NATIVE_STACK_BYTES };
    const file = IS_SOURCE ? "./native-thread-worker.ts" : "./native-thread-worker.js";
    const worker = new Worker(new URL(file, import.meta.url), {
      workerData: data,
      // The process's own options are for its main thread: inspectors, loaders, heap limits.
      execArgv: [],
      env: SHARE_ENV,
      trackUnmanagedFds: false,
      resourceLimits: IS_SOURCE ? SOURCE_LIMITS : COMPILED_LIMITS,
    });
    return new Promise((resolve, reject) => {
      worker.once("error", reject);
      worker.once("message", (threadId: number) => {
        worker.off("error", reject);
        resolve(new NativeThread(worker, threadId, mailboxOver(memory), listener));
      });
    });
  }

  get isBusy(): boolean {
    return this.#calls.length > 0;
  }

  /** Whether a call may be put behind the running one. */
  get takesNext(): boolean {
    return !this.#isEnded && this.#calls.length > 0 && this.#calls.length < CALL_COUNT_MAX;
  }

  get isOnFirstCore(): boolean {
    return this.#isOnFirstCore;
  }

  /** Binds the thread to the first core, or to none; it stays where it is if the system refuses. */
  bind(core: CoreBinding, isBound: boolean): void {
    if (this.#threadId === 0 || isBound === this.#isOnFirstCore) {
      return;
    }
    if (core.bind(this.#threadId, isBound)) {
      this.#isOnFirstCore = isBound;
    }
  }

  /** Makes a call. The thread is idle and not stopped. */
  call(call: NativeCall): void {
    assert(this.#calls.length === 0, "a native thread makes one call at a time");
    this.#worker.ref();
    this.#ask(call);
  }

  /** Makes a call as soon as the running one has returned, whose `onReturn` comes first. The thread `takesNext`. */
  callNext(call: NativeCall): void {
    assert(this.takesNext, "one call waits behind the running one");
    this.#ask(call);
  }

  #ask(call: NativeCall): void {
    assert(!this.#isEnded, "a stopped native thread makes no calls");
    const { words, functionAddress } = call;
    assert(words.length <= ARGUMENT_COUNT_MAX, "a native call has few arguments");
    this.#calls.push(call);
    const slot = slotOf(this.#mailbox, this.#asked);
    slot.words[FUNCTION] = functionAddress;
    slot.words[ARGUMENT_COUNT] = BigInt(words.length);
    slot.words.set(words, ARGUMENTS);
    this.#asked = (this.#asked + 1) | 0;
    const { control } = this.#mailbox;
    Atomics.store(control, ASKED, this.#asked);
    Atomics.notify(control, ASKED);
  }

  /** Ends an idle thread. It is never terminated from outside: that would wait for a native call and lose its result. */
  stop(): Promise<void> {
    assert(this.#calls.length === 0, "a native thread is idle when it is stopped");
    assert(!this.#isEnded, "a native thread is stopped once");
    this.#isEnded = true;
    const { control } = this.#mailbox;
    // The thread looks at END first, so the count only wakes it.
    Atomics.store(control, END, 1);
    Atomics.store(control, ASKED, (this.#asked + 1) | 0);
    Atomics.notify(control, ASKED);
    this.#worker.ref();
    return new Promise((resolve) => {
      this.#onExit = resolve;
    });
  }

  #onMessage(): void {
    const call = this.#calls.shift();
    assert(call !== undefined, "only a call is answered");
    // Read before the slot may have another call.
    const slot = slotOf(this.#mailbox, this.#returned);
    this.#returned = (this.#returned + 1) | 0;
    const result = slot.words[RESULT] ?? 0n;
    const durationNs = slot.duration[0] ?? 0;
    if (this.#calls.length === 0) {
      this.#worker.unref();
      this.#listener.onIdle(this);
    }
    call.onReturn(result, durationNs);
  }

  #onError(reason: unknown): void {
    const message = reason instanceof Error ? reason.message : String(reason);
    this.#died(
      new TritonError(StatusCode.Internal, `a native thread has died: ${message}`, {
        cause: reason,
      }),
    );
  }

  #exited(): void {
    if (this.#onExit !== null) {
      this.#onExit();
      return;
    }
    this.#died(new TritonError(StatusCode.Internal, "a native thread has ended unexpectedly"));
  }

  #died(error: TritonError): void {
    if (this.#isEnded) {
      return;
    }
    this.#isEnded = true;
    const calls = this.#calls.splice(0);
    this.#listener.onDeath(this, error);
    for (const call of calls) {
      call.onLost(error);
    }
  }
}
