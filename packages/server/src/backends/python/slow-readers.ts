import type { Clock } from "../../base/clock.ts";
import type { InferenceResponse } from "../../model/response.ts";
import type { OpenRequest } from "./open-requests.ts";

/**
 * Bytes that a model may answer a request ahead of a client that has not taken what it was sent, before its sender waits. A
 * model may send the answers of all its requests from one thread: short ones are never worth stopping it for.
 */
export const AHEAD_BYTES_MAX: number = 16 << 20;

/** What keeping one answer costs besides its contents. */
const ANSWER_OVERHEAD_BYTES = 1024;

/** What the senders' waiting needs. */
export interface SlowReadersOptions {
  readonly clock: Clock;
  /** How long a sender waits for a client to take anything. */
  readonly timeoutMs: number;
  /** Sets or clears the mark that has the stub ask before it sends another answer. */
  mark(open: OpenRequest, mustWait: boolean): void;
  /** Lets a sender that asked go on. */
  resume(callId: number): void;
  /** The client has taken nothing for too long. */
  giveUp(open: OpenRequest): void;
}

interface Waiting {
  readonly callIds: number[];
  readonly cancelTimer: () => void;
}

/**
 * Lets the senders of a model wait for clients that read more slowly than it answers.
 *
 * ```
 *   answers pass ──client is behind──► counted ──too many──► marked ──sender asks──► waiting ──► resumed: the client has caught
 *        ▲                                                                             │          up, or its request has ended
 *        └─────────────────────── the client has caught up ◄──────────────────────────┘
 * ```
 */
export class SlowReaders {
  readonly #options: SlowReadersOptions;
  /** By request, how many bytes have been answered since its client fell behind. */
  readonly #aheadByteCounts = new Map<OpenRequest, number>();
  readonly #waiting = new Map<OpenRequest, Waiting>();

  constructor(options: SlowReadersOptions) {
    this.#options = options;
  }

  /** What an answer will count, taken before it is passed on. */
  static byteCountOf(response: InferenceResponse | null): number {
    let byteCount = ANSWER_OVERHEAD_BYTES;
    for (const { bytes } of response?.outputs ?? []) {
      byteCount += bytes.byteLength;
    }
    return byteCount;
  }

  /** An answer that is not the request's last has been passed on. */
  onAnswer(open: OpenRequest, byteCount: number): void {
    const { request } = open;
    if (!request.isCongested) {
      return;
    }
    const before = this.#aheadByteCounts.get(open) ?? 0;
    this.#aheadByteCounts.set(open, before + byteCount);
    request.drainListener = () => {
      this.#forget(open);
    };
    if (before + byteCount > AHEAD_BYTES_MAX && before <= AHEAD_BYTES_MAX) {
      this.#options.mark(open, true);
    }
  }

  /** A sender asks whether it may go on: it is told at once, or when it may. */
  onQuestion(callId: number, open: OpenRequest | undefined): void {
    const mustWait =
      open !== undefined &&
      (this.#aheadByteCounts.get(open) ?? 0) > AHEAD_BYTES_MAX &&
      !open.request.isCancelled;
    if (!mustWait) {
      this.#options.resume(callId);
      return;
    }
    const waiting = this.#waiting.get(open);
    if (waiting !== undefined) {
      waiting.callIds.push(callId);
      return;
    }
    const { clock, timeoutMs } = this.#options;
    const cancelTimer = clock.setTimer(timeoutMs, () => {
      this.#options.giveUp(open);
      this.#forget(open);
    });
    this.#waiting.set(open, { callIds: [callId], cancelTimer });
  }

  /** The request has been cancelled, or has ended: nothing more waits for its client. */
  onEnd(open: OpenRequest): void {
    if (this.#aheadByteCounts.has(open)) {
      open.request.drainListener = null;
      this.#forget(open);
    }
  }

  #forget(open: OpenRequest): void {
    if ((this.#aheadByteCounts.get(open) ?? 0) > AHEAD_BYTES_MAX) {
      this.#options.mark(open, false);
    }
    this.#aheadByteCounts.delete(open);
    const waiting = this.#waiting.get(open);
    this.#waiting.delete(open);
    waiting?.cancelTimer();
    for (const callId of waiting?.callIds ?? []) {
      this.#options.resume(callId);
    }
  }
}
