import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { CacheKeys } from "../cache/cache-key.ts";
import type { CachedResponse, ResponseCache } from "../cache/response-cache.ts";
import type { Batch, BatchOutcome } from "../model/batch.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";
import type { VersionStatistics } from "./version-statistics.ts";

/** Who gets the requests back that a version's cache has looked at. */
export interface VersionCacheOwner {
  /** The request is answered, and has been counted: it is to be sent on its way. */
  onCacheAnswer(request: InferenceRequest, response: InferenceResponse): void;
  /** After a look-up that took time: the request is to be scheduled, and answered with an error if that fails. */
  onCacheMiss(request: InferenceRequest): void;
}

/** What a version's cache is made of. */
export interface VersionCacheOptions {
  readonly cache: ResponseCache;
  readonly model: ModelSpec;
  /** No other version shares it with which entries must not be shared. */
  readonly identity: string;
  readonly statistics: VersionStatistics;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * One model version's use of the response cache: looks its requests up before they are scheduled, keeps its successful
 * responses, counts hits and misses.
 *
 * A look-up in this process is over when `lookUp` returns. One that is elsewhere, or the key of a very large request, takes
 * turns of the event loop; the request is nobody else's meanwhile.
 *
 * @see Triton core src/scheduler_utils.cc `CacheLookUpUtil`, src/dynamic_batch_scheduler.cc
 */
export class VersionCache {
  readonly #cache: ResponseCache;
  readonly #keys: CacheKeys;
  readonly #statistics: VersionStatistics;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #owner: VersionCacheOwner;
  #hasRefusalBeenLogged = false;

  constructor(options: VersionCacheOptions, owner: VersionCacheOwner) {
    this.#cache = options.cache;
    this.#keys = new CacheKeys(options.model, options.identity);
    this.#statistics = options.statistics;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#owner = owner;
  }

  /**
   * Looks a request up whose queue time has begun.
   *
   * @returns true if the caller is to schedule it now; otherwise its owner is told of it, possibly before this returns
   */
  lookUp(request: InferenceRequest): boolean {
    const key = this.#keys.keyOf(request);
    if (key === null) {
      void this.#lookUpInTurns(request);
      return false;
    }
    const startNs = this.#clock.nowNs();
    const found = this.#cache.lookup(key);
    if (found instanceof Promise) {
      void this.#awaitLookUp(request, key, startNs, found);
      return false;
    }
    return !this.#take(request, key, startNs, found);
  }

  /** Keeps the successful responses of a batch, whose requests `lookUp` let pass. */
  keepAll({ requests }: Batch, outcomes: readonly BatchOutcome[]): void {
    for (const [index, response] of outcomes.entries()) {
      const request = requests[index];
      if (response?.error === null && request !== undefined) {
        this.keep(request, response);
      }
    }
  }

  /** Keeps the successful response of a request that `lookUp` let pass. Reads it before it returns. */
  keep(request: InferenceRequest, response: InferenceResponse): void {
    const miss = request.cacheMiss;
    assert(miss !== null, "a request that ran was looked up");
    const startNs = this.#clock.nowNs();
    const outcome = this.#cache.insert(miss.key, response);
    if (outcome === "exists") {
      // Another request with this key ran at the same time: that one was the miss.
      return;
    }
    this.#statistics.recordCacheMiss(miss.lookupNs + this.#clock.nowNs() - startNs);
    if (typeof outcome === "object" && !this.#hasRefusalBeenLogged) {
      this.#hasRefusalBeenLogged = true;
      this.#log.error(`Failed to insert key [${miss.key}] into response cache: ${outcome.refusal}`);
    }
  }

  async #lookUpInTurns(request: InferenceRequest): Promise<void> {
    const turn = (): Promise<void> =>
      new Promise((resolve) => {
        this.#clock.setTimer(0, resolve);
      });
    const key = await this.#keys.keyInTurns(request, turn);
    const startNs = this.#clock.nowNs();
    await this.#awaitLookUp(request, key, startNs, this.#cache.lookup(key));
  }

  async #awaitLookUp(
    request: InferenceRequest,
    key: string,
    startNs: number,
    lookup: CachedResponse | null | Promise<CachedResponse | null>,
  ): Promise<void> {
    const found = await lookup;
    if (request.isCancelled) {
      const error = new TritonError(StatusCode.Cancelled, "");
      this.#statistics.recordFailure(request, "CANCELED", this.#clock.nowNs());
      this.#owner.onCacheAnswer(request, InferenceResponse.failed(error));
    } else if (!this.#take(request, key, startNs, found)) {
      this.#owner.onCacheMiss(request);
    }
  }

  /** Answers the request from what was found; false if nothing was. */
  #take(
    request: InferenceRequest,
    key: string,
    startNs: number,
    found: CachedResponse | null,
  ): boolean {
    const endNs = this.#clock.nowNs();
    if (found === null) {
      request.cacheMiss = { key, lookupNs: endNs - startNs };
      return false;
    }
    const response = InferenceResponse.ok(found.outputs);
    response.parameters = found.parameters === null ? null : new Map(found.parameters);
    this.#statistics.recordCacheHit(request, { startNs, endNs });
    this.#owner.onCacheAnswer(request, response);
    return true;
  }
}
