import type { Clock } from "../base/clock.ts";
import type { InferenceResponse } from "../model/response.ts";
import type { CacheStatistics } from "../model/statistics.ts";
import { cachedByteSize, copyResponse } from "./cached-copy.ts";
import type { CachedResponse, InsertOutcome, ResponseCache } from "./response-cache.ts";

/** What a local cache is made of. */
export interface LocalCacheOptions {
  /** Bytes that all entries together may take. */
  readonly sizeBytes: number;
  /** How long an entry is good for; null: until it is evicted. */
  readonly ttlNs: number | null;
  readonly clock: Clock;
}

interface Entry {
  readonly response: CachedResponse;
  readonly byteSize: number;
  readonly expiresNs: number;
}

/**
 * A cache in this process, bounded by bytes: whoever was used longest ago makes room.
 *
 * Invariants: `#usedBytes` is the sum of the entries' sizes and at most the cache's size; the table is in the order of the
 * last use, the oldest first. An evicted entry's memory lives on for as long as an answer is being made of it.
 *
 * @see Triton local_cache src/local_cache.cc
 */
export class LocalCache implements ResponseCache {
  readonly isPrivate = true;
  readonly #sizeBytes: number;
  readonly #ttlNs: number;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  #usedBytes = 0;
  #hitCount = 0;
  #missCount = 0;
  #evictionCount = 0;
  #lookupNs = 0;
  #insertionNs = 0;

  constructor({ sizeBytes, ttlNs, clock }: LocalCacheOptions) {
    this.#sizeBytes = sizeBytes;
    this.#ttlNs = ttlNs ?? Number.POSITIVE_INFINITY;
    this.#clock = clock;
  }

  /** Bytes that the entries take. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  lookup(key: string): CachedResponse | null {
    const startNs = this.#clock.nowNs();
    const response = this.#find(key, startNs);
    if (response === null) {
      this.#missCount++;
    } else {
      this.#hitCount++;
    }
    this.#lookupNs += this.#clock.nowNs() - startNs;
    return response;
  }

  insert(key: string, response: InferenceResponse): InsertOutcome {
    const startNs = this.#clock.nowNs();
    const outcome = this.#insert(key, response, startNs);
    this.#insertionNs += this.#clock.nowNs() - startNs;
    return outcome;
  }

  statistics(): CacheStatistics {
    return {
      entryCount: this.#entries.size,
      utilization: this.#usedBytes / this.#sizeBytes,
      lookupCount: this.#hitCount + this.#missCount,
      hitCount: this.#hitCount,
      missCount: this.#missCount,
      evictionCount: this.#evictionCount,
      lookupNs: this.#lookupNs,
      insertionNs: this.#insertionNs,
    };
  }

  close(): Promise<void> {
    this.#entries.clear();
    this.#usedBytes = 0;
    return Promise.resolve();
  }

  #find(key: string, nowNs: number): CachedResponse | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      return null;
    }
    this.#entries.delete(key);
    if (nowNs >= entry.expiresNs) {
      this.#usedBytes -= entry.byteSize;
      return null;
    }
    // Back in as the youngest.
    this.#entries.set(key, entry);
    return entry.response;
  }

  #insert(key: string, response: InferenceResponse, nowNs: number): InsertOutcome {
    const existing = this.#entries.get(key);
    if (existing !== undefined) {
      if (nowNs < existing.expiresNs) {
        return "exists";
      }
      this.#remove(key, existing);
    }
    const byteSize = cachedByteSize(response);
    if (byteSize > this.#sizeBytes) {
      return {
        refusal: `Requested byte_size: ${byteSize} is greater than total cache size: ${this.#sizeBytes}`,
      };
    }
    this.#makeRoom(byteSize);
    this.#entries.set(key, {
      response: copyResponse(response),
      byteSize,
      expiresNs: nowNs + this.#ttlNs,
    });
    this.#usedBytes += byteSize;
    return "inserted";
  }

  #makeRoom(byteSize: number): void {
    for (const [key, entry] of this.#entries) {
      if (this.#usedBytes + byteSize <= this.#sizeBytes) {
        return;
      }
      this.#remove(key, entry);
      this.#evictionCount++;
    }
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#usedBytes -= entry.byteSize;
  }
}
