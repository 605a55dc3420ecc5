import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { QueuePolicy } from "../model/batching-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import type { RequestList } from "./request-list.ts";
import type { RequestOrder } from "./request-order.ts";

const NS_PER_US = 1000;

/** Makes the order in which requests in one place are served. */
export type CreateOrder = (place: "queued" | "delayed") => RequestOrder;

/** The real server's words for a queue that takes no more. */
export function queueFullError(request: InferenceRequest): TritonError {
  const message = `${request.logPrefix}Exceeds maximum queue size`;
  const error = new TritonError(StatusCode.Unavailable, message);
  error.isOverload = true;
  return error;
}

/**
 * The requests of one priority level: those in time, then, where the policy delays them, those that are overdue; both
 * first in, first out, or in the order that is asked for.
 *
 * ```
 *   push ──► queued ──────────────┬──► first
 *               └─ overdue: DELAY ──► delayed ──┘  (after everybody who is in time)
 *                           REJECT ─► out
 * ```
 * @see Triton core src/scheduler_utils.cc, PriorityQueue::PolicyQueue
 */
export class PolicyQueue {
  readonly level: number;
  readonly policy: QueuePolicy;
  readonly queued: RequestOrder;
  readonly delayed: RequestOrder;
  /** No request here is to be rejected before this time; Infinity for never. It may lie too early, not too late. */
  #rejectionNs = Number.POSITIVE_INFINITY;

  constructor(level: number, policy: QueuePolicy, createOrder: CreateOrder) {
    this.level = level;
    this.policy = policy;
    this.queued = createOrder("queued");
    this.delayed = createOrder("delayed");
  }

  get size(): number {
    return this.queued.size + this.delayed.size;
  }

  /** @throws {TritonError} Unavailable if the policy takes no more */
  push(request: InferenceRequest, nowNs: number): void {
    const { queueSizeMax } = this.policy;
    if (queueSizeMax !== 0 && this.size >= queueSizeMax) {
      throw queueFullError(request);
    }
    const timeoutUs = this.#timeoutUs(request);
    request.waitingDeadlineNs = timeoutUs === 0 ? 0 : nowNs + timeoutUs * NS_PER_US;
    this.queued.push(request);
    if (timeoutUs !== 0 && this.policy.timeoutAction === "REJECT") {
      this.#rejectionNs = Math.min(this.#rejectionNs, request.waitingDeadlineNs);
    }
  }

  /** When the first request may have to be rejected; Infinity for never. */
  get rejectionNs(): number {
    return this.queued.size === 0 ? Number.POSITIVE_INFINITY : this.#rejectionNs;
  }

  remove(request: InferenceRequest): void {
    const list = request.waitingPlace === "delayed" ? this.delayed : this.queued;
    list.remove(request);
  }

  /** Takes out the request that is next in turn. */
  shift(): InferenceRequest {
    const request = this.queued.shift() ?? this.delayed.shift();
    assert(request !== null, "only a waiting request can be next");
    return request;
  }

  /** Takes an overdue request out of its turn. True if it is delayed now, false if it is rejected: then it is the caller's. */
  passOver(request: InferenceRequest): boolean {
    this.queued.remove(request);
    if (this.policy.timeoutAction === "REJECT") {
      return false;
    }
    // Once late is late enough: no policy acts on it again.
    request.waitingDeadlineNs = 0;
    this.delayed.push(request);
    return true;
  }

  /** Takes out everybody whose time is over, where the policy rejects them, and adds them to `rejected`. */
  takeRejected(nowNs: number, rejected: InferenceRequest[]): void {
    if (nowNs <= this.rejectionNs) {
      return;
    }
    this.#rejectionNs = Number.POSITIVE_INFINITY;
    for (const list of this.queued.lists) {
      this.#takeRejectedOf(list, nowNs, rejected);
    }
  }

  #takeRejectedOf({ head }: RequestList, nowNs: number, rejected: InferenceRequest[]): void {
    for (let request = head; request !== null; ) {
      const next: InferenceRequest | null = request.waitingNext;
      if (isOverdue(request, nowNs)) {
        this.queued.remove(request);
        rejected.push(request);
      } else if (request.waitingDeadlineNs !== 0) {
        this.#rejectionNs = Math.min(this.#rejectionNs, request.waitingDeadlineNs);
      }
      request = next;
    }
  }

  #timeoutUs(request: InferenceRequest): number {
    const { timeoutUsDefault, isTimeoutOverrideAllowed } = this.policy;
    // A request may ask for less time than it would have, never for more, so never for a limit where there is none.
    return isTimeoutOverrideAllowed && request.timeoutUs > 0
      ? Math.min(request.timeoutUs, timeoutUsDefault)
      : timeoutUsDefault;
  }
}

/** Whether a request has waited for longer than its policy allows. */
export function isOverdue(request: InferenceRequest, nowNs: number): boolean {
  return request.waitingDeadlineNs !== 0 && nowNs > request.waitingDeadlineNs;
}
