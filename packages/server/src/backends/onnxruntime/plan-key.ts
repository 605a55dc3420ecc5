import { isSameShape } from "@nereid/protocol";
import type { Batch } from "../../model/batch.ts";
import { type PaddingSpec, paddedShape } from "../../model/padding-spec.ts";
import type { InferenceRequest } from "../../model/request.ts";
import type { Tensor } from "../../model/tensor.ts";
import { requestedOutputsOf } from "./requested-outputs.ts";
import { leadingSlots } from "./state-input.ts";
import type { StateMemory } from "./state-memory.ts";

const NO_TENSORS: readonly Tensor[] = [];

/** The shape of one input as all rows of a batch together have it; a batching model's first dimension is the rows. */
interface KeyInput {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * What two batches have in common that can share bound memory: the same inputs with the same shapes once their rows are
 * put together, and the same outputs.
 */
export class PlanKey {
  readonly #rowDimension: 0 | 1;
  readonly #rowCount: number;
  readonly #padding: PaddingSpec | null;
  readonly #states: StateMemory | null;
  readonly #inputs: readonly KeyInput[];
  /** The scheduler's own; empty for most models. */
  readonly #overrideInputs: readonly KeyInput[];
  /** Of the sequences' states; empty for most models. */
  readonly #stateShapes: readonly (readonly number[])[];
  readonly #requestedOutputs: readonly string[] | null;

  /**
   * @param hasBatchDimension whether the first dimension counts rows
   * @param states the model's implicit state, or null if it has none
   */
  constructor(batch: Batch, hasBatchDimension: boolean, states: StateMemory | null = null) {
    this.#rowDimension = hasBatchDimension ? 1 : 0;
    this.#rowCount = batch.size;
    // Names and shapes only: a request's bytes must not live as long as a plan.
    const [first] = batch.requests;
    this.#padding = first?.model.padding ?? null;
    this.#inputs = this.#keyInputs(first?.inputs);
    this.#overrideInputs = this.#keyInputs(first?.overrideInputs);
    this.#states = states;
    this.#stateShapes =
      states === null ? [] : leadingSlots(states, batch.requests).map(({ shape }) => shape);
    this.#requestedOutputs = requestedOutputsOf(batch.requests);
  }

  /** Whether `batch` has this key, found out without making its own. */
  matches(batch: Batch): boolean {
    const { requests } = batch;
    for (let index = 0; index < requests.length; index++) {
      const request = requests[index];
      if (
        !this.#hasTensors(this.#inputs, request?.inputs ?? NO_TENSORS) ||
        !this.#hasTensors(this.#overrideInputs, request?.overrideInputs ?? NO_TENSORS)
      ) {
        return false;
      }
    }
    return (
      batch.size === this.#rowCount &&
      this.#hasStates(requests) &&
      isSameList(this.#requestedOutputs, requestedOutputsOf(requests))
    );
  }

  /** The key as text, for maps. */
  toString(): string {
    const [inputs, overrideInputs] = [this.#inputs, this.#overrideInputs].map((list) =>
      list.map(({ name, shape }) => [name, ...shape.slice(this.#rowDimension)]),
    );
    const states = this.#stateShapes;
    return JSON.stringify([this.#rowCount, inputs, overrideInputs, states, this.#requestedOutputs]);
  }

  #hasStates(requests: readonly InferenceRequest[]): boolean {
    if (this.#states === null) {
      return true;
    }
    const slots = leadingSlots(this.#states, requests);
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index];
      const shape = this.#stateShapes[index];
      if (slot === undefined || shape === undefined || !isSameShape(slot.shape, shape)) {
        return false;
      }
    }
    return true;
  }

  #keyInputs(tensors: readonly Tensor[] | null | undefined): KeyInput[] {
    return (tensors ?? NO_TENSORS).map((tensor) => ({
      name: tensor.name,
      shape: this.#shapeOf(tensor),
    }));
  }

  #hasTensors(inputs: readonly KeyInput[], tensors: readonly Tensor[]): boolean {
    if (tensors.length !== inputs.length) {
      return false;
    }
    for (let index = 0; index < inputs.length; index++) {
      const input = inputs[index];
      const tensor = tensors[index];
      if (input === undefined || tensor === undefined || input.name !== tensor.name) {
        return false;
      }
      if (!this.#hasShape(input.shape, this.#shapeOf(tensor))) {
        return false;
      }
    }
    return true;
  }

  /** As the model sees it, but for the rows. */
  #shapeOf({ name, shape }: Tensor): readonly number[] {
    const padded = this.#padding?.inputs.get(name);
    return padded === undefined ? shape : paddedShape(padded, shape);
  }

  /** The rows are compared for the batch as a whole. */
  #hasShape(left: readonly number[], right: readonly number[]): boolean {
    if (left.length !== right.length) {
      return false;
    }
    for (let index = this.#rowDimension; index < left.length; index++) {
      if (left[index] !== right[index]) {
        return false;
      }
    }
    return true;
  }
}

function isSameList(left: readonly string[] | null, right: readonly string[] | null): boolean {
  if (left === right) {
    return true;
  }
  if (left === null || right === null || left.length !== right.length) {
    return false;
  }
  for (let index = 0; index < left.length; index++) {
    if (left[index] !== right[index]) {
      return false;
    }
  }
  return true;
}
