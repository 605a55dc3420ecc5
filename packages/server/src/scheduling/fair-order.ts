import { assert } from "../base/assert.ts";
import type { FairQueueSpec } from "../model/batching-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import { rowCount } from "./payload.ts";
import { RequestList } from "./request-list.ts";
import type { RequestOrder } from "./request-order.ts";

/** Flows of one queue that are told apart. Those that come when there are as many share one, with the default weight. */
export const FLOW_COUNT_MAX = 256;

/** Virtual time at which it starts anew: far below where sums of doubles lose what a heavy flow's request adds. */
const VIRTUAL_TIME_MAX = 2 ** 30;

/** The requests with one value of the key. */
class Flow {
  readonly weight: number;
  readonly list: RequestList;
  /** Rows that it has had, over its weight. */
  served = 0;
  /** Where a walk is, and what the flow would have had by then. */
  cursor: InferenceRequest | null = null;
  walkServed = 0;

  constructor(weight: number, place: "queued" | "delayed") {
    this.weight = weight;
    this.list = new RequestList(place);
  }

  cost(request: InferenceRequest): number {
    return rowCount(request) / this.weight;
  }
}

/**
 * Start-time fair queueing: whose flow has had the least for its weight is next, and within a flow who came first.
 *
 * ```
 *   flow "gold"   served 12.5 ──► ▢ ▢ ▢        virtual time: where the last one served began
 *   flow "silver" served 13.0 ──► ▢ ▢          a flow that was empty begins there, unless it has had more:
 *   flow (none)   served 12.0 ──► ▢  ◄ next    time in which it asked for nothing gives it no claim
 * ```
 * Over any time in which two flows wait, what they get over their weights differs by at most one request each, so nobody
 * starves. What is cancelled or overdue costs its flow nothing.
 *
 * Invariants: `#waiting` are the flows with requests; a flow that is known and empty has had more than the virtual time,
 * but for some that are forgotten when there is no room for others; when all are empty, nothing is known.
 *
 * @see Goyal, Vin, Cheng: Start-time Fair Queueing, SIGCOMM 1996
 */
export class FairOrder implements RequestOrder {
  readonly #spec: FairQueueSpec;
  readonly #place: "queued" | "delayed";
  /** By value of the key; null for requests without it. */
  readonly #flows = new Map<string | null, Flow>();
  /** Of everybody whose flow could not be told apart when they came. */
  readonly #others: Flow;
  readonly #flowOf = new Map<InferenceRequest, Flow>();
  /** In the order in which they came to wait, which decides between equals. */
  readonly #waiting: Flow[] = [];
  #virtualTime = 0;
  /** Of the walk. */
  #current: Flow | null = null;

  constructor(spec: FairQueueSpec, place: "queued" | "delayed") {
    this.#spec = spec;
    this.#place = place;
    this.#others = new Flow(spec.weightDefault, place);
  }

  get size(): number {
    return this.#flowOf.size;
  }

  get lists(): readonly RequestList[] {
    return this.#waiting.map(({ list }) => list);
  }

  /** Flows told apart now. */
  get flowCount(): number {
    return this.#flows.size;
  }

  push(request: InferenceRequest): void {
    const flow = this.#flowFor(request);
    if (flow.list.size === 0) {
      flow.served = Math.max(flow.served, this.#virtualTime);
      this.#waiting.push(flow);
    }
    flow.list.push(request);
    this.#flowOf.set(request, flow);
  }

  remove(request: InferenceRequest): void {
    const flow = this.#flowOf.get(request);
    assert(flow !== undefined, "only who waits here leaves");
    this.#flowOf.delete(request);
    flow.list.remove(request);
    if (flow.list.size === 0) {
      this.#waiting.splice(this.#waiting.indexOf(flow), 1);
      this.#forgetIfIdle();
    }
  }

  shift(): InferenceRequest | null {
    let next: Flow | null = null;
    for (const flow of this.#waiting) {
      if (next === null || flow.served < next.served) {
        next = flow;
      }
    }
    const request = next?.list.head ?? null;
    if (next !== null && request !== null) {
      this.#virtualTime = next.served;
      next.served += next.cost(request);
      if (this.#virtualTime >= VIRTUAL_TIME_MAX) {
        this.#startAnew();
      }
      this.remove(request);
    }
    return request;
  }

  startWalk(): InferenceRequest | null {
    for (const flow of this.#waiting) {
      flow.cursor = flow.list.head;
      flow.walkServed = flow.served;
    }
    return this.#walkNext();
  }

  pass(request: InferenceRequest): InferenceRequest | null {
    const flow = this.#current;
    assert(flow?.cursor === request, "the walk is at this request");
    flow.walkServed += flow.cost(request);
    return this.skip(request);
  }

  skip(request: InferenceRequest): InferenceRequest | null {
    const flow = this.#current;
    assert(flow?.cursor === request, "the walk is at this request");
    flow.cursor = request.waitingNext;
    return this.#walkNext();
  }

  #walkNext(): InferenceRequest | null {
    let next: Flow | null = null;
    for (const flow of this.#waiting) {
      if (flow.cursor !== null && (next === null || flow.walkServed < next.walkServed)) {
        next = flow;
      }
    }
    this.#current = next;
    return next?.cursor ?? null;
  }

  #flowFor(request: InferenceRequest): Flow {
    const { key, weights, weightDefault } = this.#spec;
    const value = parameterValue(request, key);
    const known = this.#flows.get(value);
    if (known !== undefined) {
      return known;
    }
    if (this.#flows.size >= FLOW_COUNT_MAX) {
      this.#forgetPast();
    }
    if (this.#flows.size >= FLOW_COUNT_MAX) {
      return this.#others;
    }
    const weight = value === null ? weightDefault : (weights.get(value) ?? weightDefault);
    const flow = new Flow(weight, this.#place);
    this.#flows.set(value, flow);
    return flow;
  }

  /** Forgets the flows of which nothing need be known: they would begin at the virtual time anyhow. */
  #forgetPast(): void {
    for (const [value, { list, served }] of this.#flows) {
      if (list.size === 0 && served <= this.#virtualTime) {
        this.#flows.delete(value);
      }
    }
  }

  #startAnew(): void {
    for (const flow of [...this.#flows.values(), this.#others]) {
      flow.served -= this.#virtualTime;
    }
    this.#virtualTime = 0;
  }

  /** When nobody waits, nobody has had more than another could have had. */
  #forgetIfIdle(): void {
    if (this.#waiting.length === 0) {
      this.#flows.clear();
      this.#virtualTime = 0;
      this.#others.served = 0;
    }
  }
}

/** As text; null without it. Headers become parameters with the case that clients give them: it makes no difference here. */
function parameterValue({ parameters }: InferenceRequest, key: string): string | null {
  if (parameters === null) {
    return null;
  }
  const exact = parameters.get(key);
  if (exact !== undefined) {
    return String(exact);
  }
  const lowerCaseKey = key.toLowerCase();
  for (const [name, value] of parameters) {
    if (name.length === key.length && name.toLowerCase() === lowerCaseKey) {
      return String(value);
    }
  }
  return null;
}
