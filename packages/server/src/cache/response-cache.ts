import type { ParameterValue } from "@nereid/protocol";
import type { InferenceResponse } from "../model/response.ts";
import type { CacheStatistics } from "../model/statistics.ts";
import type { Tensor } from "../model/tensor.ts";

/**
 * A response as a cache keeps it. Immutable, and of garbage-collected memory: whoever has been handed it may read it for as
 * long as it likes, whatever becomes of it in the cache.
 */
export interface CachedResponse {
  /** Without an owner of their memory: a response made of them has nothing to give back. */
  readonly outputs: readonly Tensor[];
  readonly parameters: ReadonlyMap<string, ParameterValue> | null;
}

/**
 * What came of an insertion: it is there now (or on its way), it was there before, the cache is out of reach at present, or
 * it cannot be kept, for this reason.
 */
export type InsertOutcome = "inserted" | "exists" | "skipped" | { readonly refusal: string };

/**
 * Successful responses by key, shared by all models. Never a reason for a request to fail: what cannot be looked up is a
 * miss, what cannot be kept is not kept.
 *
 * @see Triton core include/triton/core/tritoncache.h
 */
export interface ResponseCache {
  /** Whether nobody else has its entries: they need not outlive the load of their model. */
  readonly isPrivate: boolean;
  /** The response of this key, or null; a promise, which never rejects, where the cache is elsewhere. */
  lookup(key: string): CachedResponse | null | Promise<CachedResponse | null>;
  /** Keeps a copy of a successful response, whose outputs are only read before this returns. */
  insert(key: string, response: InferenceResponse): InsertOutcome;
  /** null: a cache without metrics of its own. */
  statistics(): CacheStatistics | null;
  close(): Promise<void>;
}
