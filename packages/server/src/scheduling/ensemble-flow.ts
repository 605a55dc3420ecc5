import { assert } from "../base/assert.ts";
import type { EnsembleStepSpec } from "../model/ensemble-spec.ts";
import type { EnsemblePlan } from "./ensemble-plan.ts";
import type { FlowParameters, FlowTensor } from "./flow-tensor.ts";

/** One tensor of one iteration that has been made, or is known to be missing. */
export interface FlowEntry {
  /** null: an optional input that the client left out, or an output that its model left out. */
  readonly tensor: FlowTensor | null;
  /** null for what the client sent. */
  readonly parameters: FlowParameters | null;
  /** Readers that have not taken it yet. */
  unreadCount: number;
}

/**
 * The tensors of one request of an ensemble, from when they are made until their last reader has taken them.
 *
 * An iteration is one answer of a decoupled step with everything that is computed from it; without such steps there is only
 * iteration 0.
 */
export class EnsembleFlow {
  readonly #plan: EnsemblePlan;
  /** By tensor, those of iteration 0. */
  readonly #first: (FlowEntry | null)[] = [];
  /** Those of later iterations, by iteration and tensor; null while there are none. */
  #later: Map<number, FlowEntry> | null = null;

  constructor(plan: EnsemblePlan) {
    this.#plan = plan;
    for (let tensor = 0; tensor < plan.readerCounts.length; tensor++) {
      this.#first.push(null);
    }
  }

  /** Whether a tensor is there and has not been taken by all its readers. */
  has(tensor: number, iteration: number): boolean {
    return this.#at(tensor, iteration) !== null;
  }

  /** Whether everything that a step waits for is there. */
  isComplete(step: EnsembleStepSpec, iteration: number): boolean {
    for (const tensor of step.waitsFor) {
      if (this.#at(tensor, iteration) === null) {
        return false;
      }
    }
    return true;
  }

  /** Puts a tensor in, and takes the caller's hold of it over. A tensor that nobody reads is given back at once. */
  put(
    index: number,
    iteration: number,
    tensor: FlowTensor | null,
    parameters: FlowParameters | null,
  ): void {
    const unreadCount = this.#plan.readerCounts[index] ?? 0;
    if (unreadCount === 0) {
      tensor?.release();
      return;
    }
    assert(!this.has(index, iteration), "a tensor is made once");
    const entry: FlowEntry = { tensor, parameters, unreadCount };
    if (iteration === 0) {
      this.#first[index] = entry;
    } else {
      this.#later ??= new Map();
      this.#later.set(this.#key(index, iteration), entry);
    }
  }

  /** Takes a tensor for one of its readers, who has a hold of it from now on. */
  take(index: number, iteration: number): FlowEntry {
    const entry = this.#at(index, iteration);
    assert(entry !== null, "a reader takes what is there");
    entry.unreadCount--;
    if (entry.unreadCount > 0) {
      entry.tensor?.hold();
    } else if (iteration === 0) {
      // The flow's own hold becomes the last reader's.
      this.#first[index] = null;
    } else {
      this.#later?.delete(this.#key(index, iteration));
    }
    return entry;
  }

  /** Gives back what nobody will take. Called once, last. */
  clear(): void {
    for (let index = 0; index < this.#first.length; index++) {
      this.#first[index]?.tensor?.release();
      this.#first[index] = null;
    }
    if (this.#later !== null) {
      for (const { tensor } of this.#later.values()) {
        tensor?.release();
      }
      this.#later = null;
    }
  }

  #at(index: number, iteration: number): FlowEntry | null {
    if (iteration === 0) {
      return this.#first[index] ?? null;
    }
    return this.#later?.get(this.#key(index, iteration)) ?? null;
  }

  #key(index: number, iteration: number): number {
    return iteration * this.#first.length + index;
  }
}
