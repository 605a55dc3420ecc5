import { assert } from "../base/assert.ts";
import {
  type ResourceClaim,
  type ResourceDemand,
  type ResourceLimit,
  ResourcePool,
} from "./resource-pool.ts";

/** How long batches that end at once are started one after the other, before the event loop has a turn. */
export const START_TURN_NS_MAX = 1_000_000;

/** What a rate limiter asks of its surroundings. */
export interface RateLimiterActions {
  nowNs(): number;
  /** Asks for `onTurn` once the event loop has had a turn. */
  deferTurn(): void;
}

/** What the configuration says of one instance's turn to run. */
export interface InstanceLimits {
  readonly demands: readonly ResourceDemand[];
  /** An instance of priority 2 has half the chances of one of priority 1; 0 is 1. */
  readonly priority: number;
}

/**
 * One instance as the rate limiter sees it.
 *
 * ```
 *   idle ──stage──► staged ──resources free, its turn──► running ──release──► idle
 *     ▲                └──────────unstage────────┐
 *     └───────────────────────────────────────────┘
 * ```
 */
export class LimitedInstance {
  readonly claim: ResourceClaim;
  /** How far its pass advances with each execution. */
  readonly stride: number;
  /** Executions times priority, lifted to the others' level when it had nothing to do: the lowest runs next. */
  pass = 0;
  state: "idle" | "staged" | "running" = "idle";
  /** Of those with one pass the one that was staged first runs first. */
  stagedNumber = 0;
  /** Called when its turn has come. */
  start: (() => void) | null = null;

  constructor(claim: ResourceClaim, priority: number) {
    this.claim = claim;
    this.stride = Math.max(1, priority);
  }
}

/**
 * Decides, over all models, which instance that has a batch runs next: the one with the lowest count of executions times
 * priority, once everything it needs is free. Nobody overtakes the one whose turn it is, so that small needs cannot starve
 * large ones.
 *
 * Differences from the real server: all instances whose turn has come are started when resources become free, not one; and
 * whoever was idle or has just been loaded joins at the level of the others, where the real server lets it run alone until
 * it has caught up with their counts. Under steady load the proportions are the same.
 *
 * @see Triton core src/rate_limiter.cc; docs/user_guide/rate_limiter.md
 */
export class RateLimiter {
  readonly #resources: ResourcePool;
  /** Waiting for their turn; at most one entry an instance, so few. */
  readonly #staged: LimitedInstance[] = [];
  /** The highest pass that has been started: where newcomers join. */
  #level = 0;
  #stagedCount = 0;
  #isStarting = false;
  /** Whether the event loop is to have a turn first. */
  #isPaused = false;
  readonly #actions: RateLimiterActions;

  constructor(limits: readonly ResourceLimit[], actions: RateLimiterActions) {
    this.#resources = new ResourcePool(limits);
    this.#actions = actions;
  }

  /**
   * Adds an instance.
   *
   * @throws {TritonError} InvalidArg if it could never run; see {@link ResourcePool.register}
   */
  register(limits: InstanceLimits): LimitedInstance {
    const instance = new LimitedInstance(this.#resources.register(limits.demands), limits.priority);
    instance.pass = this.#level;
    return instance;
  }

  /** Takes an idle instance away. */
  unregister(instance: LimitedInstance): void {
    assert(instance.state === "idle", "an instance leaves when it has nothing to run");
    this.#resources.unregister(instance.claim);
    // Whoever was not its turn behind a limit that has changed may run now.
    this.startNext();
  }

  /** The one of a model's idle instances that should take its next batch. */
  choose(idle: readonly LimitedInstance[]): LimitedInstance {
    let chosen = idle[0];
    assert(chosen !== undefined, "an instance is idle");
    for (const instance of idle) {
      if (instance.pass < chosen.pass) {
        chosen = instance;
      }
    }
    return chosen;
  }

  /** The instance has a batch: `start` is called when its turn has come, possibly before this returns. */
  stage(instance: LimitedInstance, start: () => void): void {
    assert(instance.state === "idle", "an instance has one batch at a time");
    instance.state = "staged";
    instance.start = start;
    instance.pass = Math.max(instance.pass, this.#level);
    instance.stagedNumber = this.#stagedCount++;
    this.#staged.push(instance);
    this.startNext();
  }

  /** The batch of a staged instance is no longer wanted. */
  unstage(instance: LimitedInstance): void {
    assert(instance.state === "staged", "only who waits for its turn gives it up");
    this.#staged.splice(this.#staged.indexOf(instance), 1);
    instance.state = "idle";
    instance.start = null;
    this.startNext();
  }

  /** The instance has run its batch: what it needed is free for others once `startNext` is called. */
  release(instance: LimitedInstance): void {
    assert(instance.state === "running", "an instance is released once");
    instance.state = "idle";
    instance.pass += instance.stride;
    this.#resources.giveBack(instance.claim);
  }

  /** The event loop has had its turn. */
  onTurn(): void {
    this.#isPaused = false;
    this.startNext();
  }

  /**
   * Starts those whose turn has come. Called after a release too, when the instance has had the chance to be staged again
   * and to compete. Not re-entrant: a batch that ends within `start` only leaves its resources, and this loop goes on.
   */
  startNext(): void {
    if (this.#isStarting || this.#isPaused || this.#staged.length === 0) {
      return;
    }
    this.#isStarting = true;
    try {
      this.#startStaged();
    } finally {
      this.#isStarting = false;
    }
  }

  #startStaged(): void {
    const endNs = this.#actions.nowNs() + START_TURN_NS_MAX;
    for (;;) {
      const next = this.#nextStaged();
      if (next === null || !this.#resources.tryTake(next.claim)) {
        return;
      }
      this.#staged.splice(this.#staged.indexOf(next), 1);
      this.#level = Math.max(this.#level, next.pass);
      next.state = "running";
      const { start } = next;
      assert(start !== null, "a staged instance can be started");
      next.start = null;
      start();
      if (this.#staged.length > 0 && this.#actions.nowNs() >= endNs) {
        this.#isPaused = true;
        this.#actions.deferTurn();
        return;
      }
    }
  }

  #nextStaged(): LimitedInstance | null {
    let next: LimitedInstance | null = null;
    for (const instance of this.#staged) {
      if (
        next === null ||
        instance.pass < next.pass ||
        (instance.pass === next.pass && instance.stagedNumber < next.stagedNumber)
      ) {
        next = instance;
      }
    }
    return next;
  }
}
