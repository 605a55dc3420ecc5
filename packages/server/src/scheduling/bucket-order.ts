import { assert } from "../base/assert.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import { paddedShape } from "../model/padding-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import { RequestList } from "./request-list.ts";
import type { RequestOrder } from "./request-order.ts";

/** Buckets of one queue that are told apart. Requests of others wait in one list, as they come. */
export const BUCKET_COUNT_MAX = 64;

/** Names the bucket of a request: requests with one name have one shape once they are padded. */
export type BucketKey = (request: InferenceRequest) => string;

/** The buckets of a model whose requests are padded. */
export function paddedBucketKey(model: ModelSpec): BucketKey {
  const { padding } = model;
  assert(padding !== null, "requests of this model are padded");
  const names = model.inputs
    .filter(({ dims, isRaggedBatchAllowed }) => dims.includes(-1) && !isRaggedBatchAllowed)
    .map(({ name }) => name);
  return ({ inputs }) => {
    let key = "";
    for (const name of names) {
      const shape = inputs.find((tensor) => tensor.name === name)?.shape ?? [];
      const padded = padding.inputs.get(name);
      key += `${(padded === undefined ? shape : paddedShape(padded, shape)).slice(1).join(",")};`;
    }
    return key;
  };
}

/**
 * Requests by their buckets, so that those that can share a batch stand together: a batch begins with the oldest request
 * of all and goes on with those of its bucket, past others.
 *
 * ```
 *   16  ▢₂ ▢₅ ▢₆        a walk sees one bucket, that of the oldest request; the others have their turns
 *   32  ▢₁ ▢₄     ◄     when theirs is the oldest, so nobody is passed over for ever
 *   64  ▢₃
 * ```
 */
export class BucketOrder implements RequestOrder {
  readonly #key: BucketKey;
  readonly #place: "queued" | "delayed";
  /** None is empty. */
  readonly #buckets = new Map<string, RequestList>();
  readonly #bucketOf = new Map<InferenceRequest, string | null>();
  readonly #others: RequestList;
  /** The bucket of the last walk. */
  #chosen: RequestList | null = null;
  #passedCount = 0;

  constructor(key: BucketKey, place: "queued" | "delayed") {
    this.#key = key;
    this.#place = place;
    this.#others = new RequestList(place);
  }

  get size(): number {
    return this.#bucketOf.size;
  }

  get lists(): readonly RequestList[] {
    return [...this.#buckets.values(), this.#others];
  }

  push(request: InferenceRequest): void {
    const key = this.#key(request);
    let bucket = this.#buckets.get(key);
    if (bucket === undefined && this.#buckets.size < BUCKET_COUNT_MAX) {
      bucket = new RequestList(this.#place);
      this.#buckets.set(key, bucket);
    }
    (bucket ?? this.#others).push(request);
    this.#bucketOf.set(request, bucket === undefined ? null : key);
  }

  remove(request: InferenceRequest): void {
    const key = this.#bucketOf.get(request);
    assert(key !== undefined, "only who waits here leaves");
    this.#bucketOf.delete(request);
    const bucket = key === null ? this.#others : this.#buckets.get(key);
    assert(bucket !== undefined, "a bucket exists while somebody is in it");
    bucket.remove(request);
    if (key !== null && bucket.size === 0) {
      this.#buckets.delete(key);
    }
  }

  /** The next one of the walk's bucket, then the oldest of all. */
  shift(): InferenceRequest | null {
    const request = this.#chosen?.head ?? this.#oldest(null)?.head ?? null;
    if (request !== null) {
      this.remove(request);
    }
    return request;
  }

  startWalk(): InferenceRequest | null {
    this.#chosen = this.#oldest(null);
    this.#passedCount = 0;
    return this.#chosen?.head ?? null;
  }

  pass(request: InferenceRequest): InferenceRequest | null {
    this.#passedCount++;
    return request.waitingNext;
  }

  skip(request: InferenceRequest): InferenceRequest | null {
    const next = request.waitingNext;
    if (this.#passedCount > 0) {
      return next;
    }
    // The walk has not begun: it does with the oldest of those that are left, which may be of another bucket.
    const other = this.#oldest(this.#chosen);
    if (next !== null && next.queueStartNs <= startNs(other)) {
      return next;
    }
    this.#chosen = other ?? this.#chosen;
    return other?.head ?? next;
  }

  #oldest(except: RequestList | null): RequestList | null {
    let oldest = this.#others === except || this.#others.size === 0 ? null : this.#others;
    for (const bucket of this.#buckets.values()) {
      if (bucket !== except && startNs(bucket) < startNs(oldest)) {
        oldest = bucket;
      }
    }
    return oldest;
  }
}

function startNs(list: RequestList | null): number {
  return list?.head?.queueStartNs ?? Number.POSITIVE_INFINITY;
}
