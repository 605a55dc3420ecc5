import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { Batch, BatchOutcome, ResponseReport } from "../model/batch.ts";
import type { CancellationListener, InferenceRequest } from "../model/request.ts";
import type { InferenceResponse } from "../model/response.ts";
import type { InstanceLimits, LimitedInstance, RateLimiter } from "../scheduling/rate-limiter.ts";
import type { SchedulerActions } from "../scheduling/scheduler.ts";
import type { SlotTurns } from "../scheduling/slot-turns.ts";
import type { InstanceRunner, InstanceRunnerOwner } from "./instance-runner.ts";
import { RestingInstances } from "./resting-instances.ts";

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

/** A slot's turn: one that a scheduler has asked for, or whose batch has been formed and waits for it, or runs. */
interface Turn {
  /** What the scheduler thinks it runs on: a right to one of the instances, whichever it is. */
  readonly slot: InstanceRunner;
  /** Which one it is; null while none may be given a batch. */
  limited: LimitedInstance | null;
  /** None before the scheduler has formed its batch. */
  requests: readonly InferenceRequest[];
  /** The turn has come. */
  onTurn: () => void;
}

/**
 * Stands between one version's scheduler and its instances where a rate limiter decides whose turn it is. A slot that the
 * scheduler gives a batch to is a right to one instance; which one, the limiter chooses.
 *
 * ```
 *   scheduler ──run(slot)──► staged batch ──turn──► version.run(instance) ──► complete ──► release, slot free, next turn
 *                              │     ▲ └──all cancelled──► drop, slot free
 *            its instance ended│     │one is free that may run
 *                              ▼     │
 *                             waiting turn
 * ```
 * A scheduler whose batches grow until they start asks for the slot's turn first, and calls `run` when it has come. An
 * instance that has ended by itself has no part in this until it may be given batches again (`RestingInstances`), and holds
 * no resources meanwhile.
 *
 * Invariants: every slot is either the scheduler's or in exactly one of `#asked`, `#staged` and `#running`; every instance is
 * either in `#idle`, or in `#rests`, or a turn's; `#waiting` are the turns without an instance, the oldest first.
 */
export class RateLimitedInstances
  implements InstanceRunnerOwner, CancellationListener, SlotTurns<InstanceRunner>
{
  readonly #limiter: RateLimiter;
  readonly #owner: RateLimitedOwner;
  readonly #runners = new Map<LimitedInstance, InstanceRunner>();
  readonly #limitedOf = new Map<InstanceRunner, LimitedInstance>();
  readonly #idle: LimitedInstance[];
  readonly #rests: RestingInstances;
  readonly #waiting: Turn[] = [];
  /** Those that a scheduler has asked for, before it runs anything there. */
  readonly #asked = new Map<InstanceRunner, Turn>();
  readonly #staged = new Set<Turn>();
  readonly #running = new Map<InstanceRunner, Turn>();
  readonly #isPinned: boolean;
  readonly #allRunners: InstanceRunner[] = [];

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
    this.#rests = new RestingInstances({
      runners: this.#allRunners,
      isPinned: options.isPinned,
      onFree: (runner) => this.#onFree(runner),
    });
  }

  /** Tells the runner of each instance, in the order of the instances. Called once, before anything runs. */
  setRunners(runners: readonly InstanceRunner[]): void {
    this.#allRunners.push(...runners);
    for (const [index, limited] of this.#idle.entries()) {
      const runner = runners[index];
      assert(runner !== undefined, "an instance has its runner");
      this.#runners.set(limited, runner);
      this.#limitedOf.set(runner, limited);
    }
  }

  ask(slot: InstanceRunner, onTurn: () => void): void {
    const turn: Turn = { slot, limited: null, requests: [], onTurn };
    this.#asked.set(slot, turn);
    this.#seek(turn);
  }

  giveUp(slot: InstanceRunner): void {
    const turn = this.#asked.get(slot);
    assert(turn !== undefined, "only what was asked for is given up");
    this.#asked.delete(slot);
    this.#leave(turn);
  }

  /** The scheduler has formed a batch: it runs when it is an instance's turn, at once if that was asked for and has come. */
  run(slot: InstanceRunner, requests: readonly InferenceRequest[]): void {
    const asked = this.#asked.get(slot);
    if (asked === undefined) {
      this.#seek(this.#stageBatch({ slot, limited: null, requests, onTurn: () => {} }));
      return;
    }
    assert(asked.limited?.state === "running", "whoever asked for a turn waits for it");
    this.#asked.delete(slot);
    asked.requests = requests;
    this.#take(this.#stageBatch(asked), asked.limited);
  }

  /** A request of a staged batch is no longer wanted. It is answered when the batch's turn comes, or all of it is given up. */
  onCancel(request: InferenceRequest): void {
    if (this.#isPinned) {
      return;
    }
    for (const turn of this.#staged) {
      if (turn.requests.includes(request)) {
        if (turn.requests.every(({ isCancelled }) => isCancelled)) {
          this.#staged.delete(turn);
          this.#leave(turn);
          this.#dropCancelled(turn);
          this.#owner.onSlotFree(turn.slot);
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
    const turn = this.#running.get(runner);
    assert(turn !== undefined && turn.limited !== null, "a batch that ran was started");
    this.#running.delete(runner);
    this.#limiter.release(turn.limited);
    this.#rests.free(runner);
    // The slot goes back to the scheduler, whose next batch competes for the resources that have become free.
    this.#owner.onRunComplete(turn.slot, batch, outcomes);
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

  /** Competes for its turn on an instance, as soon as there is one for it. */
  #seek(turn: Turn): void {
    const limited = this.#takeIdle(turn.slot);
    if (limited === null) {
      this.#waiting.push(turn);
    } else {
      this.#compete(turn, limited);
    }
  }

  #compete(turn: Turn, limited: LimitedInstance): void {
    turn.limited = limited;
    this.#limiter.stage(limited, () => {
      this.#take(turn, limited);
    });
  }

  /** It is the instance's turn, and it has its resources. If it has ended meanwhile it gives them back, and another one runs. */
  #take(turn: Turn, limited: LimitedInstance): void {
    const runner = this.#runnerOf(limited);
    if (this.#rests.mayRun(runner)) {
      turn.onTurn();
      return;
    }
    turn.limited = null;
    this.#limiter.release(limited);
    this.#rests.free(runner);
    const other = this.#takeIdle(turn.slot);
    if (other === null) {
      this.#waiting.unshift(turn);
    } else {
      this.#compete(turn, other);
    }
    // For whoever waits for what it has given back. Called from the limiter's own loop this does nothing, and the loop goes on.
    this.#limiter.startNext();
  }

  /** A turn is not needed any more, whether it has come or not. */
  #leave(turn: Turn): void {
    const { limited } = turn;
    if (limited === null) {
      this.#waiting.splice(this.#waiting.indexOf(turn), 1);
      return;
    }
    turn.limited = null;
    const runner = this.#runnerOf(limited);
    if (limited.state === "staged") {
      this.#limiter.unstage(limited);
      this.#rests.free(runner);
    } else {
      this.#limiter.release(limited);
      this.#rests.free(runner);
      this.#limiter.startNext();
    }
  }

  /** An instance may be given a batch: the oldest turn that it can have is the first to be served. */
  #onFree(runner: InstanceRunner): void {
    this.#idle.push(this.#instanceOf(runner));
    const position = this.#waiting.findIndex(({ slot }) => !this.#isPinned || slot === runner);
    const [turn] = position < 0 ? [] : this.#waiting.splice(position, 1);
    if (turn !== undefined) {
      this.#seek(turn);
    }
  }

  /** Takes an instance that is to have the slot's next batch; null if none may be given one. */
  #takeIdle(slot: InstanceRunner): LimitedInstance | null {
    const own = this.#instanceOf(slot);
    for (;;) {
      const candidates = this.#isPinned
        ? this.#idle.filter((limited) => limited === own)
        : this.#idle;
      if (candidates.length === 0) {
        return null;
      }
      const limited = this.#limiter.choose(candidates);
      this.#idle.splice(this.#idle.indexOf(limited), 1);
      const runner = this.#runnerOf(limited);
      if (this.#rests.mayRun(runner)) {
        return limited;
      }
      // It has ended while it was idle.
      this.#rests.free(runner);
    }
  }

  #stageBatch(turn: Turn): Turn {
    turn.onTurn = () => {
      this.#start(turn);
    };
    this.#staged.add(turn);
    for (const request of turn.requests) {
      request.cancellationListener = this;
    }
    return turn;
  }

  #start(turn: Turn): void {
    const { limited } = turn;
    assert(limited !== null, "a batch starts on an instance");
    this.#staged.delete(turn);
    if (!this.#isPinned) {
      this.#dropCancelled(turn);
    }
    const runner = this.#runnerOf(limited);
    if (turn.requests.length === 0) {
      this.#limiter.release(limited);
      this.#rests.free(runner);
      this.#owner.onSlotFree(turn.slot);
      return;
    }
    this.#running.set(runner, turn);
    this.#owner.run(runner, turn.requests);
  }

  #runnerOf(limited: LimitedInstance): InstanceRunner {
    const runner = this.#runners.get(limited);
    assert(runner !== undefined, "an instance has its runner");
    return runner;
  }

  #instanceOf(runner: InstanceRunner): LimitedInstance {
    const limited = this.#limitedOf.get(runner);
    assert(limited !== undefined, "a slot is an instance's");
    return limited;
  }

  #dropCancelled(turn: Turn): void {
    const { requests } = turn;
    if (requests.some(({ isCancelled }) => isCancelled)) {
      turn.requests = requests.filter(({ isCancelled }) => !isCancelled);
      for (const request of requests) {
        if (request.isCancelled) {
          this.#owner.drop(request, new TritonError(StatusCode.Cancelled, ""), "CANCELED");
        }
      }
    }
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
