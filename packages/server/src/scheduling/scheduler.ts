import { StatusCode, TritonError } from "@nereid/protocol";
import type { InferenceRequest } from "../model/request.ts";
import type { FailureReason } from "../model/statistics.ts";

/** What a scheduler asks of its surroundings. `Slot` is one instance, opaque to the scheduler. */
export interface SchedulerActions<Slot> {
  /**
   * Runs the requests as one batch on a free instance, whose owner they now have; the instance is reported free later,
   * possibly before this returns.
   */
  run(slot: Slot, requests: readonly InferenceRequest[]): void;
  /**
   * How many batches a busy instance may be given beyond the one it runs; none where this is left out. It is reported free
   * once for each batch that it was given.
   */
  lookahead?(slot: Slot): number;
  /** Answers a request that will never run, and takes it off the scheduler's hands. */
  drop(request: InferenceRequest, error: TritonError, reason: FailureReason): void;
  /** Asks for `onTimer` at this clock time, in place of what was asked for before; null for not at all. */
  setTimer(alarm: Alarm | null): void;
}

/** When a scheduler wants to be called. */
export interface Alarm {
  /** Clock nanoseconds. A time that has passed: once the event loop has had a turn. */
  readonly atNs: number;
  /** Whether an idle instance waits for it; otherwise some milliseconds more do no harm. */
  readonly isPrecise: boolean;
}

/**
 * Decides which requests of one model version run next, together with which, and where.
 *
 * A pure state machine: everything it does follows from a call, and everything it causes goes through its actions. It
 * owns each request from a successful `enqueue` until `run` or `drop`.
 *
 * @see Triton core src/scheduler.h
 */
export interface Scheduler<Slot> {
  /** Requests waiting. */
  readonly pendingCount: number;
  /**
   * Accepts a request. On success the scheduler owns it; on an error the caller still does.
   *
   * @throws {TritonError} Unavailable if the queue is full
   */
  enqueue(request: InferenceRequest): void;
  /** A waiting request is no longer wanted; one that is not waiting is none of its business. */
  cancel(request: InferenceRequest): void;
  /**
   * A batch is over for one of its requests: it has ended or is still being answered, or the model gives it back to be run
   * again. Called for each request of a batch, null requests included, before `onInstanceFree`. Schedulers that keep no
   * requests beyond `run` leave it out.
   */
  onRequestDone?(request: InferenceRequest, isRescheduled: boolean): void;
  /** An instance has finished its batch. */
  onInstanceFree(slot: Slot): void;
  /** The time asked for has come, or has passed. */
  onTimer(): void;
  /**
   * The version takes no new work: from now on the scheduler itself refuses what it does not owe to what it has accepted.
   * For schedulers that leave it out, the version refuses everything.
   */
  stop?(): void;
  /** Gives back what it keeps beside requests. Called once, when no request waits or runs. */
  close?(): void;
}

/** The real server's words for a request that its model gives back, where nothing takes it. */
export function rescheduleError(): TritonError {
  return new TritonError(
    StatusCode.InvalidArg,
    "Request is released with TRITONSERVER_REQUEST_RELEASE_RESCHEDULE, while the model is not configured to handle " +
      "such a flag.",
  );
}
