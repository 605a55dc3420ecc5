import { StatusCode, TritonError } from "@nereid/protocol";
import type { Batch } from "./batch.ts";
import type { ModelSpec } from "./model-spec.ts";
import type { InferenceRequest } from "./request.ts";

/** An instance whose code makes requests while it executes. */
export interface WaitingInstance {
  readonly spec: ModelSpec;
  /** What it executes: it takes nothing else until that is done. null while it is free. */
  readonly runningBatch: Batch | null;
  /** What it has taken in and executes after that, without any other instance's help; none if left out. */
  readonly aheadBatches?: readonly Batch[];
}

/**
 * Knows which executions wait for which requests, and finds those that would wait for each other for ever: a model that calls
 * itself while every instance of it waits for such a call, or a circle of models, ensembles among them, that do.
 *
 * A circle is closed by the last call of it, or by the last step of an ensemble, which is then to be refused; so there is
 * none at any other time. Nothing is taken for stuck that might still go on: models whose code makes no requests come to an
 * end, and so does what is answered after its batch has completed.
 */
export class WaitGraph {
  readonly #instances = new Map<ModelSpec, Set<WaitingInstance>>();
  /** What each instance waits for; no entry while it waits for nothing. */
  readonly #waits = new Map<WaitingInstance, Set<InferenceRequest>>();

  /** An instance can be asked from now on. */
  add(instance: WaitingInstance): void {
    const instances = this.#instances.get(instance.spec) ?? new Set();
    this.#instances.set(instance.spec, instances);
    instances.add(instance);
  }

  /** It has been closed. */
  remove(instance: WaitingInstance): void {
    const instances = this.#instances.get(instance.spec);
    instances?.delete(instance);
    if (instances?.size === 0) {
      this.#instances.delete(instance.spec);
    }
    this.#waits.delete(instance);
  }

  /** Notes that what an instance executes waits for a request, before that is enqueued; false, unnoted, if it would do so for ever. */
  begin(instance: WaitingInstance, request: InferenceRequest): boolean {
    const requests = this.#waits.get(instance) ?? new Set();
    this.#waits.set(instance, requests);
    requests.add(request);
    if (instance.runningBatch !== null && !this.canBeAnswered(request)) {
      this.end(instance, request);
      return false;
    }
    return true;
  }

  /** The instance does not wait for the request any more. Idempotent. */
  end(instance: WaitingInstance, request: InferenceRequest): void {
    const requests = this.#waits.get(instance);
    requests?.delete(request);
    if (requests?.size === 0) {
      this.#waits.delete(instance);
    }
  }

  /** Whether a request that is about to be enqueued can be answered, as far as executions wait for each other. */
  canBeAnswered(request: InferenceRequest): boolean {
    return (
      this.#waits.size === 0 ||
      this.#isFree(request.model) ||
      this.#goesOn(request, this.#stuckInstances())
    );
  }

  /** Whether a model has an instance that waits for nothing, or none of those that could wait: the usual case, and cheap. */
  #isFree(model: ModelSpec): boolean {
    const instances = this.#instances.get(model);
    for (const instance of instances ?? []) {
      if (!this.#waits.has(instance)) {
        return true;
      }
    }
    return instances === undefined;
  }

  /** The greatest set of executing instances each of which waits for a request that only others of the set could answer. */
  #stuckInstances(): ReadonlySet<WaitingInstance> {
    const stuck = new Set<WaitingInstance>();
    for (const instance of this.#waits.keys()) {
      if (instance.runningBatch !== null) {
        stuck.add(instance);
      }
    }
    for (let hasChanged = true; hasChanged; ) {
      hasChanged = false;
      for (const instance of stuck) {
        const requests = [...(this.#waits.get(instance) ?? [])];
        if (requests.every((request) => this.#goesOn(request, stuck))) {
          stuck.delete(instance);
          hasChanged = true;
        }
      }
    }
    return stuck;
  }

  /** Whether a request is answered one day, if the instances in `stuck` are. */
  #goesOn(request: InferenceRequest, stuck: ReadonlySet<WaitingInstance>): boolean {
    if (request.state === "released") {
      return true;
    }
    if (request.steps !== null) {
      return request.steps.openRequests.every((step) => this.#goesOn(step, stuck));
    }
    const instances = [...(this.#instances.get(request.model) ?? [])];
    if (instances.length === 0) {
      return true;
    }
    if (request.state !== "executing") {
      return instances.some((instance) => !stuck.has(instance));
    }
    const runner = instances.find((instance) => hasRequest(instance, request));
    // Without one its batch has completed, or waits for its turn.
    return runner === undefined || !stuck.has(runner);
  }
}

function hasRequest(
  { runningBatch, aheadBatches = [] }: WaitingInstance,
  request: InferenceRequest,
): boolean {
  return (
    runningBatch?.requests.includes(request) === true ||
    aheadBatches.some(({ requests }) => requests.includes(request))
  );
}

/** What a request that closes a circle is refused with. */
export function circleError({ name }: ModelSpec): TritonError {
  return new TritonError(
    StatusCode.Unavailable,
    `every instance of model '${name}' waits, directly or through other models, for this request, so that it would never ` +
      `be answered: give model '${name}' more instances, or do not call it from its own execution`,
  );
}
