import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { InferenceResponse } from "../model/response.ts";
import { decodeResponse, encodeResponse } from "./encoded-response.ts";
import type { CachedResponse, InsertOutcome, ResponseCache } from "./response-cache.ts";

/** What the cache needs of Redis. */
export interface RedisConnection {
  /** Whether commands can be sent now. */
  isReady(): boolean;
  get(key: string): Promise<Buffer | null>;
  set(key: string, value: Buffer, ttlMs: number | null): Promise<unknown>;
  close(): void;
}

/** What a Redis cache is made of. */
export interface RedisCacheOptions {
  readonly connection: RedisConnection;
  readonly keyPrefix: string;
  /** How long an answer is waited for; null: for ever. */
  readonly answerTimeoutMs: number | null;
  /** How long an entry is good for; null: until Redis evicts it. */
  readonly ttlMs: number | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Bytes on their way to Redis; what comes on top of them is not kept. */
export const INSERTING_BYTES_MAX: number = 64 << 20;
/** Redis takes no larger value. */
const VALUE_BYTES_MAX = 512 << 20;
/** The same trouble is reported no more often. */
const REPORT_INTERVAL_NS = 10e9;

/**
 * A cache in a Redis server, shared by all servers that use it and kept across restarts. Redis evicts by its own policy.
 *
 * Requests never suffer from it for long: while the connection is down every look-up is a miss at once; one that gets no
 * answer in time is a miss, and so is every further one until Redis answers again. Insertions are not waited for.
 *
 * @see Triton redis_cache src/redis_cache.cc
 */
export class RedisCache implements ResponseCache {
  readonly isPrivate = false;
  readonly #options: RedisCacheOptions;
  /** Whether an answer is overdue. */
  #isStalled = false;
  #insertingBytes = 0;
  #lastReportNs = Number.NEGATIVE_INFINITY;

  constructor(options: RedisCacheOptions) {
    this.#options = options;
  }

  lookup(key: string): Promise<CachedResponse | null> | null {
    const { connection, keyPrefix } = this.#options;
    if (this.#isStalled || !connection.isReady()) {
      return null;
    }
    let stopTimer = (): void => {};
    let isOverdue = false;
    const overdue = new Promise<null>((resolve) => {
      stopTimer = this.#setTimer(() => {
        isOverdue = true;
        this.#isStalled = true;
        this.#report(`Timeout retrieving key: ${key}`);
        resolve(null);
      });
    });
    const answered = async (): Promise<CachedResponse | null> => {
      try {
        const value = await connection.get(keyPrefix + key);
        return value === null ? null : this.#decode(key, value);
      } catch (error) {
        this.#report(`Failed to retrieve key: ${key}. ${textOf(error)}`);
        return null;
      } finally {
        stopTimer();
        this.#onAnswer(isOverdue);
      }
    };
    return Promise.race([answered(), overdue]);
  }

  insert(key: string, response: InferenceResponse): InsertOutcome {
    const { connection } = this.#options;
    let byteSize = 0;
    for (const { bytes } of response.outputs) {
      byteSize += bytes.byteLength;
    }
    if (byteSize > VALUE_BYTES_MAX) {
      return {
        refusal: `Requested byte_size: ${byteSize} is greater than the largest value of Redis: ${VALUE_BYTES_MAX}`,
      };
    }
    if (
      this.#isStalled ||
      !connection.isReady() ||
      this.#insertingBytes + byteSize > INSERTING_BYTES_MAX
    ) {
      return "skipped";
    }
    void this.#send(key, encodeResponse(response));
    return "inserted";
  }

  /** Redis knows better. */
  statistics(): null {
    return null;
  }

  close(): Promise<void> {
    this.#options.connection.close();
    return Promise.resolve();
  }

  async #send(key: string, value: Buffer): Promise<void> {
    const { connection, keyPrefix, ttlMs } = this.#options;
    this.#insertingBytes += value.byteLength;
    try {
      await connection.set(keyPrefix + key, value, ttlMs);
    } catch (error) {
      this.#report(
        `Failed to insert key [${key}] into response cache: Failed to insert key: ${key}. ${textOf(error)}`,
      );
    } finally {
      this.#insertingBytes -= value.byteLength;
    }
  }

  #setTimer(callback: () => void): () => void {
    const { answerTimeoutMs, clock } = this.#options;
    return answerTimeoutMs === null ? () => {} : clock.setTimer(answerTimeoutMs, callback);
  }

  #onAnswer(isOverdue: boolean): void {
    if (isOverdue && this.#isStalled) {
      this.#isStalled = false;
      this.#options.log.info("Redis answers again: responses are looked up in it");
    }
  }

  #decode(key: string, value: Buffer): CachedResponse | null {
    const response = decodeResponse(value);
    if (response === null) {
      this.#report(`Error: encountered incomplete cache result. Key: ${key}`);
    }
    return response;
  }

  #report(message: string): void {
    const nowNs = this.#options.clock.nowNs();
    if (nowNs - this.#lastReportNs >= REPORT_INTERVAL_NS) {
      this.#lastReportNs = nowNs;
      this.#options.log.error(message);
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
