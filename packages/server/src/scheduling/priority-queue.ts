import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { DynamicBatchingSpec } from "../model/batching-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import { type BucketKey, BucketOrder } from "./bucket-order.ts";
import { FairOrder } from "./fair-order.ts";
import { type CreateOrder, isOverdue, PolicyQueue, queueFullError } from "./policy-queue.ts";
import { RequestList } from "./request-list.ts";

/** What a queue is made of. */
export interface PriorityQueueOptions {
  readonly batching: DynamicBatchingSpec;
  /** Requests of all levels together. */
  readonly sizeMax: number;
  /** Given each request that is found overdue and is not delayed. */
  readonly onRejected: (request: InferenceRequest) => void;
  /** null: requests that are not of the first one's bucket are not passed over. */
  readonly bucketKey?: BucketKey | null;
}

/**
 * The waiting requests of one model in the order in which they are served: level by level, in each those in time before
 * those delayed.
 *
 * A batch is looked for by a walk over them; the policy acts on whatever the walk finds overdue:
 * ```
 *   startWalk → (candidate → advance)* → shift as many of those passed as are wanted
 * ```
 * Invariants: levels ascend; between walks none of them is empty but those with a policy of their own.
 *
 * @see Triton core src/scheduler_utils.cc, PriorityQueue
 */
export class PriorityQueue {
  readonly #batching: DynamicBatchingSpec;
  readonly #sizeMax: number;
  readonly #onRejected: (request: InferenceRequest) => void;
  /** Ascending. A configuration may allow 2^64 levels: only those in use exist. */
  readonly #createOrder: CreateOrder;
  #levels: PolicyQueue[];
  #size = 0;
  // The walk: the level, the list of it, and the request that comes next, null at the list's end.
  #levelIndex = 0;
  #isInDelayed = false;
  #next: InferenceRequest | null = null;

  constructor(options: PriorityQueueOptions) {
    this.#batching = options.batching;
    this.#sizeMax = options.sizeMax;
    this.#onRejected = options.onRejected;
    this.#createOrder = orderOf(options);
    this.#levels = this.#permanentLevels();
  }

  get size(): number {
    return this.#size;
  }

  /** @throws {TritonError} Unavailable if its level or the whole is full */
  push(request: InferenceRequest, nowNs: number): void {
    if (this.#size >= this.#sizeMax) {
      throw queueFullError(request);
    }
    this.#levelOf(request).push(request, nowNs);
    this.#size++;
  }

  /** Takes out a request that waits here, not during a walk. */
  remove(request: InferenceRequest): void {
    const level = this.#levelOf(request);
    level.remove(request);
    this.#size--;
    this.#dropIfUnused(level);
  }

  /** Takes out the first request in the order of the walk. */
  shift(): InferenceRequest {
    const level = this.#levels.find(({ size }) => size > 0);
    assert(level !== undefined, "somebody waits");
    const request = level.shift();
    this.#size--;
    this.#dropIfUnused(level);
    return request;
  }

  /** When the first request may have to be rejected; Infinity for never. */
  get rejectionNs(): number {
    let earliestNs = Number.POSITIVE_INFINITY;
    for (const { rejectionNs } of this.#levels) {
      earliestNs = Math.min(earliestNs, rejectionNs);
    }
    return earliestNs;
  }

  /** Rejects everybody whose time is over, wherever they stand. */
  rejectOverdue(nowNs: number): void {
    const rejected: InferenceRequest[] = [];
    for (const level of this.#levels) {
      level.takeRejected(nowNs, rejected);
    }
    this.#size -= rejected.length;
    this.#levels = this.#levels.filter((level) => level.size > 0 || this.#isPermanent(level));
    for (const request of rejected) {
      this.#onRejected(request);
    }
  }

  /** Begins at the first request. */
  startWalk(): void {
    this.#levelIndex = 0;
    this.#isInDelayed = false;
    this.#next = this.#levels[0]?.queued.startWalk() ?? null;
  }

  /** The request that the walk has come to, after the policy has acted on the overdue ones before it; null at the end. */
  candidate(nowNs: number): InferenceRequest | null {
    while (this.#levelIndex < this.#levels.length) {
      const level = this.#levels[this.#levelIndex];
      assert(level !== undefined, "an index inside the list");
      const request = this.#next;
      if (request === null) {
        this.#enterNextList(level);
      } else if (this.#isInDelayed || !isOverdue(request, nowNs)) {
        return request;
      } else {
        this.#next = level.queued.skip(request);
        if (!level.passOver(request)) {
          this.#size--;
          this.#onRejected(request);
        }
      }
    }
    return null;
  }

  /** Passes the candidate. */
  advance(): void {
    const level = this.#levels[this.#levelIndex];
    assert(level !== undefined && this.#next !== null, "only a candidate is passed");
    const order = this.#isInDelayed ? level.delayed : level.queued;
    this.#next = order.pass(this.#next);
  }

  #enterNextList(level: PolicyQueue): void {
    if (this.#isInDelayed) {
      this.#levelIndex++;
      this.#isInDelayed = false;
      this.#next = this.#levels[this.#levelIndex]?.queued.startWalk() ?? null;
    } else {
      this.#isInDelayed = true;
      this.#next = level.delayed.startWalk();
    }
  }

  /** The queue of a request's level, which is the default level if it asks for none or for one that does not exist. */
  #levelOf(request: InferenceRequest): PolicyQueue {
    const { priorityLevelCount, priorityLevelDefault } = this.#batching;
    const asked = request.priority;
    const number = asked === 0 || asked > priorityLevelCount ? priorityLevelDefault : asked;
    const index = this.#indexOf(number);
    const level = this.#levels[index];
    if (level?.level === number) {
      return level;
    }
    const created = this.#createLevel(number);
    this.#levels.splice(index, 0, created);
    return created;
  }

  /** Where a level is, or would be. */
  #indexOf(number: number): number {
    let low = 0;
    let high = this.#levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const level = this.#levels[middle];
      assert(level !== undefined, "an index inside the list");
      if (level.level < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  #permanentLevels(): PolicyQueue[] {
    const { queuePolicies, priorityLevelCount } = this.#batching;
    const numbers = priorityLevelCount === 0 ? [0] : [...queuePolicies.keys()];
    return numbers.sort((left, right) => left - right).map((number) => this.#createLevel(number));
  }

  #createLevel(number: number): PolicyQueue {
    const { queuePolicies, queuePolicyDefault } = this.#batching;
    const policy = queuePolicies.get(number) ?? queuePolicyDefault;
    return new PolicyQueue(number, policy, this.#createOrder);
  }

  #isPermanent({ level }: PolicyQueue): boolean {
    return this.#batching.priorityLevelCount === 0 || this.#batching.queuePolicies.has(level);
  }

  #dropIfUnused(level: PolicyQueue): void {
    if (level.size === 0 && !this.#isPermanent(level)) {
      this.#levels.splice(this.#indexOf(level.level), 1);
    }
  }
}

/** By buckets only where there is one list: a walk that leaves requests out must not come to others after them. */
function orderOf({ batching, bucketKey = null }: PriorityQueueOptions): CreateOrder {
  const { fairness, priorityLevelCount, queuePolicyDefault } = batching;
  if (fairness !== null) {
    return (place) => new FairOrder(fairness, place);
  }
  const isOneList = priorityLevelCount === 0 && queuePolicyDefault.timeoutAction === "REJECT";
  return bucketKey !== null && isOneList
    ? (place) => new BucketOrder(bucketKey, place)
    : (place) => new RequestList(place);
}

/** The real server's words for a request that has waited too long. */
export function timeoutError(): TritonError {
  return new TritonError(StatusCode.Unavailable, "Request timeout expired");
}
