import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../base/assert.ts";

/** How much of one resource an instance needs while it runs. */
export interface ResourceDemand {
  readonly name: string;
  /** One pool for all devices; otherwise each device has its own. */
  readonly isGlobal: boolean;
  /** The instance's device; 0 off the GPUs. */
  readonly deviceId: number;
  readonly count: number;
}

/** How much the operator says there is of a resource. */
export interface ResourceLimit {
  readonly name: string;
  /** null: as much on every device. */
  readonly deviceId: number | null;
  readonly count: number;
}

/** One resource on one device, or of all devices. */
interface Pool {
  readonly name: string;
  /** null: of all devices. */
  readonly deviceId: number | null;
  limit: number;
  usedCount: number;
}

/** What one instance needs, for as long as it is registered. */
export class ResourceClaim {
  /** By pool, a resource once. */
  readonly counts: ReadonlyMap<string, number>;
  readonly demands: readonly ResourceDemand[];
  isHeld = false;

  /** Of two demands for the same resource the last counts, as in the real server. */
  constructor(demands: readonly ResourceDemand[]) {
    const last = new Map(demands.map((demand) => [poolKey(demand), demand]));
    // In the order in which the real server looks at them, which decides the one that an error names.
    this.demands = [...last.values()].sort(
      (a, b) => Number(b.isGlobal) - Number(a.isGlobal) || (a.name < b.name ? -1 : 1),
    );
    this.counts = new Map(this.demands.map((demand) => [poolKey(demand), demand.count]));
  }
}

/**
 * The resources that instances share, by name and device.
 *
 * Invariant: what is taken of a pool is the sum of the claims held, and a claim is only taken if it fits the pool's limit.
 * Without limits from the operator a pool holds what the hungriest registered instance needs; with any, what none is
 * given for does not exist.
 *
 * @see Triton core src/rate_limiter.cc, RateLimiter::ResourceManager
 */
export class ResourcePool {
  readonly #limits: readonly ResourceLimit[];
  readonly #claims = new Set<ResourceClaim>();
  readonly #pools = new Map<string, Pool>();

  constructor(limits: readonly ResourceLimit[]) {
    this.#limits = limits;
  }

  /**
   * Adds an instance's needs.
   *
   * @throws {TritonError} InvalidArg if they could never be met, or if a resource is of one device for one instance and of
   *   all devices for another; nothing has changed then
   */
  register(demands: readonly ResourceDemand[]): ResourceClaim {
    const claim = new ResourceClaim(demands);
    this.#claims.add(claim);
    try {
      this.#checkLimits();
      this.#checkScopes();
    } catch (error) {
      this.#claims.delete(claim);
      throw error;
    }
    this.#resize();
    return claim;
  }

  /** Takes an instance's needs away. It must not be holding them. */
  unregister(claim: ResourceClaim): void {
    assert(!claim.isHeld, "an instance leaves when it does not run");
    const isFound = this.#claims.delete(claim);
    assert(isFound, "an instance is unregistered once");
    this.#resize();
  }

  /** Takes all that the claim needs, or nothing; true if it was taken. */
  tryTake(claim: ResourceClaim): boolean {
    assert(!claim.isHeld, "resources are taken once");
    for (const [key, count] of claim.counts) {
      const pool = this.#pool(key);
      if (pool.usedCount + count > pool.limit) {
        return false;
      }
    }
    for (const [key, count] of claim.counts) {
      this.#pool(key).usedCount += count;
    }
    claim.isHeld = true;
    return true;
  }

  /** Gives back what was taken. */
  giveBack(claim: ResourceClaim): void {
    assert(claim.isHeld, "what was taken is given back once");
    claim.isHeld = false;
    for (const [key, count] of claim.counts) {
      this.#pool(key).usedCount -= count;
    }
  }

  #pool(key: string): Pool {
    const pool = this.#pools.get(key);
    assert(pool !== undefined, "a registered claim has its pools");
    return pool;
  }

  #checkLimits(): void {
    if (this.#limits.length === 0) {
      return;
    }
    for (const { name, count, ...where } of this.#demands()) {
      const limit = this.#givenLimit(name, where.isGlobal ? null : where.deviceId);
      if (limit < count) {
        throw new TritonError(
          StatusCode.InvalidArg,
          `Resource count for "${name}" is limited to ${limit} which will prevent scheduling of one or more model ` +
            `instances, the minimum required count is ${count}`,
        );
      }
    }
  }

  #checkScopes(): void {
    const globals = new Set<string>();
    const locals = new Set<string>();
    for (const { name, isGlobal } of this.#demands()) {
      (isGlobal ? globals : locals).add(name);
    }
    for (const name of globals) {
      if (locals.has(name)) {
        throw new TritonError(
          StatusCode.InvalidArg,
          `Resource "${name}" is present as both global and device-specific resource in the model configuration.`,
        );
      }
    }
  }

  /** A global resource takes the largest count given for its name, on whatever device. */
  #givenLimit(name: string, deviceId: number | null): number {
    let limit = 0;
    for (const given of this.#limits) {
      const fits = deviceId === null || given.deviceId === null || given.deviceId === deviceId;
      if (given.name === name && fits) {
        limit = Math.max(limit, given.count);
      }
    }
    return limit;
  }

  /** Makes the pools fit who is registered now. What is taken stays taken, also where it is more than the limit by now. */
  #resize(): void {
    const needs = new Map<string, number>();
    for (const demand of this.#demands()) {
      const key = poolKey(demand);
      needs.set(key, Math.max(needs.get(key) ?? 0, demand.count));
      if (!this.#pools.has(key)) {
        const deviceId = demand.isGlobal ? null : demand.deviceId;
        this.#pools.set(key, { name: demand.name, deviceId, limit: 0, usedCount: 0 });
      }
    }
    for (const [key, pool] of this.#pools) {
      const need = needs.get(key);
      if (need === undefined) {
        assert(pool.usedCount === 0, "a pool that nobody needs is full");
        this.#pools.delete(key);
      } else {
        pool.limit = this.#limits.length === 0 ? need : this.#givenLimit(pool.name, pool.deviceId);
      }
    }
  }

  *#demands(): Generator<ResourceDemand> {
    for (const claim of this.#claims) {
      yield* claim.demands;
    }
  }
}

function poolKey({ name, isGlobal, deviceId }: ResourceDemand): string {
  return isGlobal ? `*:${name}` : `${deviceId}:${name}`;
}
