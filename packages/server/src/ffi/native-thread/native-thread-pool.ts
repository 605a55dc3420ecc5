import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import { RingQueue } from "../../base/ring-queue.ts";
import type { CoreBinding } from "./first-core.ts";
import { type NativeCall, NativeThread, type NativeThreadListener } from "./native-thread.ts";

/** A thread that no call has needed for this long is stopped, unless it is the only one. */
export const NATIVE_THREAD_IDLE_MS_MAX = 60_000;

/** Threads in all. More calls than this wait for one another. */
export const NATIVE_THREAD_COUNT_MAX = 256;

/** Calls that wait for a thread. Every model instance has at most one call, so this bounds instances. */
const WAITING_COUNT_MAX = 1 << 16;

/** What a pool is made with. */
export interface NativeThreadPoolOptions {
  /** A library that the process has loaded. */
  readonly libraryPath: string;
  readonly clock: Clock;
  /** At most {@link NATIVE_THREAD_COUNT_MAX}. */
  readonly threadCountMax: number;
  /** For calls that ask for it; without it, they are made wherever the kernel puts their thread. */
  readonly firstCore?: CoreBinding | null;
}

interface IdleThread {
  readonly thread: NativeThread;
  readonly sinceNs: number;
}

/**
 * Native threads for everybody who needs one now and then: as many as there are calls at the same time, which may be
 * far fewer than there are model instances, at about 9 MB each. The thread used last is used next.
 *
 * Invariants: a call waits only while every thread is busy or starting; at most one busy thread is bound to the first core,
 * and no call that has not asked for it is made there.
 */
export class NativeThreadPool implements NativeThreadListener {
  readonly #libraryPath: string;
  readonly #clock: Clock;
  readonly #threadCountMax: number;
  readonly #firstCore: CoreBinding | null;
  /** The one used last is at the end. */
  readonly #idle: IdleThread[] = [];
  readonly #waiting: RingQueue<NativeCall> = new RingQueue(WAITING_COUNT_MAX);
  readonly #starts = new Set<Promise<void>>();
  readonly #stops = new Set<Promise<void>>();
  /** The last one that was given a call there; while that runs, others are made elsewhere. */
  #onFirstCore: NativeThread | null = null;
  #busyCount = 0;
  #isClosed = false;
  #cancelSweep: (() => void) | null = null;

  constructor(options: NativeThreadPoolOptions) {
    assert(options.threadCountMax > 0, "a pool has threads");
    this.#libraryPath = options.libraryPath;
    this.#clock = options.clock;
    this.#threadCountMax = Math.min(options.threadCountMax, NATIVE_THREAD_COUNT_MAX);
    this.#firstCore = options.firstCore ?? null;
  }

  /** Threads that exist or are being started. */
  get threadCount(): number {
    return this.#idle.length + this.#busyCount + this.#starts.size;
  }

  /**
   * Makes a call on a thread as soon as there is one. Calls begin in the order in which they came.
   *
   * @returns the thread if it makes the call now; null if the call waits for one
   */
  call(call: NativeCall): NativeThread | null {
    assert(!this.#isClosed, "a closed pool makes no calls");
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      this.#busyCount++;
      this.#call(idle.thread, call);
      return idle.thread;
    }
    assert(!this.#waiting.isFull, "fewer calls than instances wait");
    this.#waiting.push(call);
    if (this.#starts.size < this.#waiting.size && this.threadCount < this.#threadCountMax) {
      this.#startThread();
    }
    return null;
  }

  /** Makes sure that the first calls will find threads, so many at the same time, if they can be started at all. */
  async warm(count: number): Promise<void> {
    assert(!this.#isClosed, "a closed pool starts no threads");
    const wantedCount = Math.min(count, this.#threadCountMax);
    while (this.threadCount < wantedCount) {
      this.#startThread();
    }
    await Promise.all(this.#starts);
  }

  /** Stops all threads. No call is running or waiting. */
  async close(): Promise<void> {
    assert(!this.#isClosed, "a pool is closed once");
    assert(this.#busyCount === 0 && this.#waiting.size === 0, "no call outlives the pool");
    this.#isClosed = true;
    this.#cancelSweep?.();
    await Promise.all(this.#starts);
    for (const { thread } of this.#idle.splice(0)) {
      this.#stop(thread);
    }
    await Promise.all(this.#stops);
  }

  #call(thread: NativeThread, call: NativeCall): void {
    if (this.#firstCore !== null) {
      const isTaken = this.#onFirstCore?.isBusy === true;
      const isBound = call.isForFirstCore === true && !isTaken;
      thread.bind(this.#firstCore, isBound);
      if (thread.isOnFirstCore) {
        this.#onFirstCore = thread;
      }
    }
    thread.call(call);
  }

  /** @internal */
  onIdle(thread: NativeThread): void {
    this.#busyCount--;
    this.#offer(thread);
  }

  /** @internal */
  onDeath(thread: NativeThread): void {
    const index = this.#idle.findIndex((idle) => idle.thread === thread);
    if (index >= 0) {
      this.#idle.splice(index, 1);
      return;
    }
    this.#busyCount--;
    if (this.#waiting.size > this.#starts.size) {
      this.#startThread();
    }
  }

  #offer(thread: NativeThread): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      this.#busyCount++;
      this.#call(thread, waiting);
      return;
    }
    this.#idle.push({ thread, sinceNs: this.#clock.nowNs() });
    this.#cancelSweep ??= this.#clock.setTimer(NATIVE_THREAD_IDLE_MS_MAX, () => this.#sweep());
  }

  #startThread(): void {
    const start = NativeThread.start(this.#libraryPath, this).then(
      (thread) => {
        this.#starts.delete(start);
        this.#offer(thread);
      },
      (error: unknown) => {
        this.#starts.delete(start);
        this.#failWaiting(error);
      },
    );
    this.#starts.add(start);
  }

  /** A thread could not be started. Waiting calls may still find another one; if there is none, they cannot be made. */
  #failWaiting(reason: unknown): void {
    if (this.threadCount > 0) {
      return;
    }
    const message = reason instanceof Error ? reason.message : String(reason);
    const error = new TritonError(
      StatusCode.Unavailable,
      `unable to start a native thread: ${message}`,
    );
    for (let call = this.#waiting.shift(); call !== undefined; call = this.#waiting.shift()) {
      call.onLost(error);
    }
  }

  /** Stops the threads that have been idle for long, except the one used last. */
  #sweep(): void {
    this.#cancelSweep = null;
    const bound = this.#clock.nowNs() - NATIVE_THREAD_IDLE_MS_MAX * 1e6;
    while (this.#idle.length > 1) {
      const oldest = this.#idle[0];
      if (oldest === undefined || oldest.sinceNs > bound) {
        break;
      }
      this.#idle.shift();
      this.#stop(oldest.thread);
    }
    if (this.#idle.length > 1) {
      this.#cancelSweep = this.#clock.setTimer(NATIVE_THREAD_IDLE_MS_MAX, () => this.#sweep());
    }
  }

  #stop(thread: NativeThread): void {
    const stop = thread.stop().then(() => {
      this.#stops.delete(stop);
    });
    this.#stops.add(stop);
  }
}
