import type { InstanceRunner } from "./instance-runner.ts";

/** What a version tells of its instances. */
export interface RestingOptions {
  /** All of the version's; may still be filled after this. */
  readonly runners: readonly InstanceRunner[];
  /** Whether no instance can run another one's batches: sequences. */
  readonly isPinned: boolean;
  /** The instance may be given batches; once for each call of `free`. */
  readonly onFree: (runner: InstanceRunner) => void;
}

/**
 * Keeps instances that have ended by themselves from being given batches that another one might run.
 *
 * ```
 *   free ──may run──► onFree
 *     │                  ▲
 *     └──► resting ──────┘ an attempt to start one is over, and it runs, or no other one could run its batches either
 * ```
 * A broken instance fails what it is given at once: it would draw all requests to itself while the others are busy. Only where
 * all are broken do they have to, so that nobody waits for what may never come.
 *
 * Invariant: every resting instance is watched, so that the end of its next attempt to start is heard of.
 */
export class RestingInstances {
  readonly #options: RestingOptions;
  /** As often as it was freed. */
  #resting: InstanceRunner[] = [];
  readonly #watched = new Set<InstanceRunner>();

  constructor(options: RestingOptions) {
    this.#options = options;
  }

  /** Whether an instance should be given a batch now. */
  mayRun({ instance }: InstanceRunner): boolean {
    if (instance.isHealthy !== false || instance.onceRestarted === undefined) {
      return true;
    }
    const { isPinned, runners } = this.#options;
    return instance.isBroken === true && (isPinned || runners.every(isBroken));
  }

  /** The instance has nothing to run: it is handed on now, or once it may be given batches again. */
  free(runner: InstanceRunner): void {
    if (this.mayRun(runner)) {
      this.#options.onFree(runner);
      return;
    }
    this.#resting.push(runner);
    this.#watch(runner);
  }

  #watch(runner: InstanceRunner): void {
    if (!this.#watched.has(runner)) {
      this.#watched.add(runner);
      runner.instance.onceRestarted?.(() => {
        this.#watched.delete(runner);
        this.#freeAll();
      });
    }
  }

  /** One has started or failed to: what that means for the others is judged anew. */
  #freeAll(): void {
    const resting = this.#resting;
    this.#resting = [];
    for (const runner of resting) {
      this.free(runner);
    }
  }
}

function isBroken({ instance }: InstanceRunner): boolean {
  return instance.isBroken === true;
}
