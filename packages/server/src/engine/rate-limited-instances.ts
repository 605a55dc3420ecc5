import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { Batch, BatchOutcome, ResponseReport } from "../model/batch.ts";
import type { CancellationListener, InferenceRequest } from "../model/request.ts";
import type { InferenceResponse } from "../model/response.ts";
import type { InstanceLimits, LimitedInstance, RateLimiter } from "../scheduling/rate-limiter.ts";
import type { SchedulerActions } from "../scheduling/scheduler.ts";
import type { SlotTurns } from "../scheduling/slot-turns.ts";
import type { InstanceRunner, InstanceRunnerOwner } from "./instance-runner.ts";

/** The version around limited instances. */
export interface RateLimitedOwner
  extends Pick<SchedulerActions<InstanceRunner>, "run" | "drop">,
    InstanceRunnerOwner {
  /** Nothing of the requests given to a slot is left to run: the slot is free again. */
  onSlotFree(slot: InstanceRunner): void;
}

/** Registers instances all or none. @throws {TritonError} InvalidArg if one could never run */
export function registerInstances(
  limiter: RateLimiter,
  limits: readonly InstanceLimits[],
): readonly LimitedInstance[] {
  const registered: LimitedInstance[] = [];
  try {
    for (const instanceLimits of limits) {
      registered.push(limiter.register(instanceLimits));
    }
  } catch (error) {
    for (const instance of registered) {
      limiter.unregister(instance);
    }
    throw error;
  }
  return registered;
}

/** A batch that has been formed and waits for its turn, or runs. */
interface LimitedBatch {
  /** What the scheduler thinks it runs on: a right to one of the instances, whichever it is. */
  readonly slot: InstanceRunner;
  readonly limited: LimitedInstance;
  requests: readonly InferenceRequest[];
}

/**
 * Stands between one version's scheduler and its instances where a rate limiter decides whose turn it is. A slot that the
 * scheduler gives a batch to is a right to one instance; which one, the limiter chooses.
 *
 * ```
 *   scheduler ──run(slot)──► staged batch ──turn──► version.run(instance) ──► complete ──► release, slot free, next turn
 *                                └──all cancelled──► drop, slot free
 * ```
 * A scheduler whose batches grow until they start asks for the slot's turn first, and calls `run` when it has come.
 *
 * Invariant: every slot is either the scheduler's or in exactly one of `#asked`, `#staged` and `#running`.
 */
export class RateLimitedInstances
  implements InstanceRunnerOwner, CancellationListener, SlotTurns<InstanceRunner>
{
  readonly #limiter: RateLimiter;
  readonly #owner: RateLimitedOwner;
  readonly #runners = new Map<LimitedInstance, InstanceRunner>();
  readonly #idle: LimitedInstance[];
  /** Slots whose turn a scheduler has asked for, before it runs anything there. */
  readonly #asked = new Map<InstanceRunner, LimitedInstance>();
  readonly #staged = new Set<LimitedBatch>();
  readonly #running = new Map<InstanceRunner, LimitedBatch>();
  readonly #isPinned: boolean;

  /**
   * @param instances as registered; given back by `close`
   * @param options.isPinned a slot is the right to its own instance, and a batch stays as it was formed: sequences
   */
  constructor(
    limiter: RateLimiter,
    instances: readonly LimitedInstance[],
    owner: RateLimitedOwner,
    options: { readonly isPinned: boolean } = { isPinned: false },
  ) {
    this.#isPinned = options.isPinned;
    this.#limiter = limiter;
    this.#idle = [...instances];
    this.#owner = owner;
  }

  /** Tells the runner of each instance, in the order of the instances. Called once, before anything runs. */
  setRunners(runners: readonly InstanceRunner[]): void {
    for (const [index, limited] of this.#idle.entries()) {
      const runner = runners[index];
      assert(runner !== undefined, "an instance has its runner");
      this.#runners.set(limited, runner);
    }
  }

  ask(slot: InstanceRunner, onTurn: () => void): void {
    const limited = this.#takeIdle(slot);
    this.#asked.set(slot, limited);
    this.#limiter.stage(limited, onTurn);
  }

  giveUp(slot: InstanceRunner): void {
    const limited = this.#asked.get(slot);
    assert(limited !== undefined, "only what was asked for is given up");
    this.#asked.delete(slot);
    this.#idle.push(limited);
    if (limited.state === "staged") {
      this.#limiter.unstage(limited);
    } else {
      this.#limiter.release(limited);
      this.#limiter.startNext();
    }
  }

  /** The scheduler has formed a batch: it runs when it is an instance's turn, at once if that was asked for and has come. */
  run(slot: InstanceRunner, requests: readonly InferenceRequest[]): void {
    const asked = this.#asked.get(slot);
    if (asked !== undefined) {
      assert(asked.state === "running", "whoever asked for a turn waits for it");
      this.#asked.delete(slot);
      this.#start({ slot, limited: asked, requests });
      return;
    }
    const limited = this.#takeIdle(slot);
    const batch: LimitedBatch = { slot, limited, requests };
    this.#staged.add(batch);
    for (const request of requests) {
      request.cancellationListener = this;
    }
    this.#limiter.stage(limited, () => {
      this.#start(batch);
    });
  }

  /** A request of a staged batch is no longer wanted. It is answered when the batch's turn comes, or all of it is given up. */
  onCancel(request: InferenceRequest): void {
    if (this.#isPinned) {
      return;
    }
    for (const batch of this.#staged) {
      if (batch.requests.includes(request)) {
        if (batch.requests.every(({ isCancelled }) => isCancelled)) {
          this.#staged.delete(batch);
          this.#limiter.unstage(batch.limited);
          this.#dropCancelled(batch);
          this.#free(batch);
        }
        return;
      }
    }
  }

  onRunBegin(batch: Batch): void {
    this.#owner.onRunBegin(batch);
  }

  onRunResponse(
    batch: Batch,
    index: number,
    response: InferenceResponse | null,
    isFinal: boolean,
  ): void {
    this.#owner.onRunResponse(batch, index, response, isFinal);
  }

  onRunReport(responseIndex: number, report: ResponseReport): void {
    this.#owner.onRunReport(responseIndex, report);
  }

  onRunComplete(runner: InstanceRunner, batch: Batch, outcomes: readonly BatchOutcome[]): void {
    const limitedBatch = this.#running.get(runner);
    assert(limitedBatch !== undefined, "a batch that ran was started");
    this.#running.delete(runner);
    this.#limiter.release(limitedBatch.limited);
    this.#idle.push(limitedBatch.limited);
    // The slot goes back to the scheduler, whose next batch competes for the resources that have become free.
    this.#owner.onRunComplete(limitedBatch.slot, batch, outcomes);
    this.#limiter.startNext();
  }

  /** Gives the instances back. Called once, when nothing is staged or runs. */
  close(): void {
    const count = this.#asked.size + this.#staged.size + this.#running.size;
    assert(count === 0, "a version closes when it is idle");
    for (const limited of this.#runners.keys()) {
      this.#limiter.unregister(limited);
    }
  }

  /** Takes the instance that is to have the slot's next batch. */
  #takeIdle(slot: InstanceRunner): LimitedInstance {
    const limited = this.#isPinned ? this.#instanceOf(slot) : this.#limiter.choose(this.#idle);
    const index = this.#idle.indexOf(limited);
    assert(index >= 0, "a slot that runs something was free");
    this.#idle.splice(index, 1);
    return limited;
  }

  #start(batch: LimitedBatch): void {
    this.#staged.delete(batch);
    if (!this.#isPinned) {
      this.#dropCancelled(batch);
    }
    if (batch.requests.length === 0) {
      this.#limiter.release(batch.limited);
      this.#free(batch);
      return;
    }
    const runner = this.#runners.get(batch.limited);
    assert(runner !== undefined, "an instance has its runner");
    this.#running.set(runner, batch);
    this.#owner.run(runner, batch.requests);
  }

  #instanceOf(slot: InstanceRunner): LimitedInstance {
    for (const [limited, runner] of this.#runners) {
      if (runner === slot) {
        return limited;
      }
    }
    assert(false, "a slot is an instance's");
  }

  #dropCancelled(batch: LimitedBatch): void {
    const { requests } = batch;
    if (requests.some(({ isCancelled }) => isCancelled)) {
      batch.requests = requests.filter(({ isCancelled }) => !isCancelled);
      for (const request of requests) {
        if (request.isCancelled) {
          this.#owner.drop(request, new TritonError(StatusCode.Cancelled, ""), "CANCELED");
        }
      }
    }
  }

  #free(batch: LimitedBatch): void {
    this.#idle.push(batch.limited);
    this.#owner.onSlotFree(batch.slot);
  }
}

/** A version's actions with the rate limiter before its instances. */
export function limitedActions(
  version: SchedulerActions<InstanceRunner>,
  limited: RateLimitedInstances,
): SchedulerActions<InstanceRunner> {
  return {
    run: (slot, requests) => {
      limited.run(slot, requests);
    },
    drop: (request, error, reason) => {
      version.drop(request, error, reason);
    },
    setTimer: (alarm) => {
      version.setTimer(alarm);
    },
  };
}
