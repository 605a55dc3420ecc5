import { StatusCode, TritonError } from "@nereid/protocol";
import type { Batch } from "../../model/batch.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { InferenceRequest } from "../../model/request.ts";

/** An inference that a model has asked for and that has not been answered. */
export interface WaitingCall {
  /** The request, unless it has been answered. */
  readonly request: InferenceRequest | null;
  /** Answers it with an error and takes its request out of the queue. */
  refuse(error: TritonError): void;
}

/** An instance whose code may ask for inferences while it executes. */
export interface CallingInstance {
  readonly spec: ModelSpec;
  readonly runningBatch: Batch | null;
}

interface Entry {
  readonly call: WaitingCall;
  readonly target: ModelSpec;
  readonly isBlocking: boolean;
}

/**
 * Knows which executions wait for which models, and finds those that would wait for each other for ever: a model that calls
 * itself while every instance of it waits for such a call, or a circle of models that do.
 *
 * Only calls during which `execute` itself stands still count as waiting, so that no execution is taken for stuck that might
 * still go on. Each circle is closed by such a call, and that call is refused. Steps of ensembles are not looked into.
 */
export class WaitingCalls {
  readonly #instances = new Set<CallingInstance>();
  readonly #entries = new Map<CallingInstance, Set<Entry>>();

  /** An instance can be called from now on. */
  register(instance: CallingInstance): void {
    this.#instances.add(instance);
  }

  /** It has been closed. */
  unregister(instance: CallingInstance): void {
    this.#instances.delete(instance);
    this.#entries.delete(instance);
  }

  /** A call waits from now on. It is refused if it can never be answered. */
  onCall(
    instance: CallingInstance,
    call: WaitingCall,
    target: ModelSpec,
    isBlocking: boolean,
  ): void {
    const entries = this.#entries.get(instance) ?? new Set();
    this.#entries.set(instance, entries);
    entries.add({ call, target, isBlocking });
    if (isBlocking && this.#stuckInstances().has(instance)) {
      call.refuse(
        new TritonError(
          StatusCode.Unavailable,
          `Model ${target.name} - Error when running inference: every instance of model '${target.name}' waits for this ` +
            `call of model '${instance.spec.name}' or for another that waits for it, so that none of them would ever be ` +
            "answered. More instances of the model called avoid it.",
        ),
      );
    }
  }

  /** A call has been answered for the last time. */
  onCallEnd(instance: CallingInstance, call: WaitingCall): void {
    const entries = this.#entries.get(instance);
    for (const entry of entries ?? []) {
      if (entry.call === call) {
        entries?.delete(entry);
      }
    }
    if (entries?.size === 0) {
      this.#entries.delete(instance);
    }
  }

  /**
   * The greatest set of executing instances each of which stands still for a call that only another of the set could
   * answer.
   */
  #stuckInstances(): ReadonlySet<CallingInstance> {
    const stuck = new Set<CallingInstance>();
    for (const [instance, entries] of this.#entries) {
      if (instance.runningBatch !== null && [...entries].some(({ isBlocking }) => isBlocking)) {
        stuck.add(instance);
      }
    }
    let hasChanged = true;
    while (hasChanged) {
      hasChanged = false;
      for (const instance of stuck) {
        if (!this.#isStuck(instance, stuck)) {
          stuck.delete(instance);
          hasChanged = true;
        }
      }
    }
    return stuck;
  }

  #isStuck(instance: CallingInstance, stuck: ReadonlySet<CallingInstance>): boolean {
    for (const { call, target, isBlocking } of this.#entries.get(instance) ?? []) {
      if (isBlocking && !this.#canBeAnswered(call, target, stuck)) {
        return true;
      }
    }
    return false;
  }

  #canBeAnswered(
    { request }: WaitingCall,
    target: ModelSpec,
    stuck: ReadonlySet<CallingInstance>,
  ): boolean {
    if (request === null) {
      return true;
    }
    const instances = [...this.#instances].filter(({ spec }) => spec === target);
    const runner = instances.find(({ runningBatch }) => runningBatch?.requests.includes(request));
    if (runner !== undefined) {
      return !stuck.has(runner);
    }
    // It waits for an instance. A model without instances here is another backend's and answers by itself.
    return instances.length === 0 || instances.some((instance) => !stuck.has(instance));
  }
}
