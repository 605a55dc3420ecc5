import { isSameShape } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import { Batch, type BatchListener, type BatchOutcome } from "../../model/batch.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { leadingSlots, slotsOf } from "./state-input.ts";
import type { StateMemory, StateSlot } from "./state-memory.ts";

/** Whether two sequences' states can be rows of one tensor. */
function fitTogether(left: readonly StateSlot[], right: readonly StateSlot[]): boolean {
  for (let index = 0; index < left.length; index++) {
    const one = left[index];
    const other = right[index];
    if (
      one === undefined ||
      other === undefined ||
      one.elementType !== other.elementType ||
      !isSameShape(one.shape, other.shape)
    ) {
      return false;
    }
  }
  return true;
}

/** Whether all requests of a batch can run together: their sequences' states have the same shapes. */
export function hasEqualStates(
  memory: StateMemory,
  requests: readonly InferenceRequest[],
): boolean {
  if (requests.length === 1) {
    return true;
  }
  const leading = leadingSlots(memory, requests);
  for (const request of requests) {
    if (!request.isNull && !fitTogether(leading, slotsOf(memory, request))) {
      return false;
    }
  }
  return true;
}

/** The indices of the requests that can run together, in order; null requests go with the first. */
function partRequests(memory: StateMemory, requests: readonly InferenceRequest[]): number[][] {
  const parts: { readonly slots: readonly StateSlot[]; readonly indices: number[] }[] = [
    { slots: leadingSlots(memory, requests), indices: [] },
  ];
  for (const [index, request] of requests.entries()) {
    const slots = slotsOf(memory, request);
    const part = request.isNull ? parts[0] : parts.find((each) => fitTogether(each.slots, slots));
    if (part === undefined) {
      parts.push({ slots, indices: [index] });
    } else {
      part.indices.push(index);
    }
  }
  return parts.map(({ indices }) => indices);
}

/** Who runs the parts of a batch. */
export interface BatchPartsRunner {
  /** Runs a part, which tells the `BatchParts` when it has completed. */
  execute(part: Batch): void;
  /** No part is left; the batch is about to complete. */
  onEnd(): void;
}

/**
 * A batch of sequences whose states differ in shape, run as several batches one after the other. The real server puts such
 * states together as if they had one shape.
 */
export class BatchParts implements BatchListener {
  readonly batch: Batch;
  readonly #runner: BatchPartsRunner;
  /** Per part, which of the batch's requests it has. */
  readonly #parts: readonly (readonly number[])[];
  readonly #outcomes: BatchOutcome[];
  #next = 0;
  #hasSucceeded = false;

  constructor(memory: StateMemory, batch: Batch, runner: BatchPartsRunner) {
    this.batch = batch;
    this.#runner = runner;
    this.#parts = partRequests(memory, batch.requests);
    this.#outcomes = batch.requests.map(() => null);
  }

  /** Runs the next part. */
  start(): void {
    const indices = this.#parts[this.#next];
    assert(indices !== undefined, "a part that has not run");
    const requests = indices.flatMap((index) => this.batch.requests[index] ?? []);
    this.#runner.execute(new Batch(requests, this));
  }

  onBatchResponse(): void {
    assert(false, "this backend answers when a batch completes");
  }

  onBatchComplete(part: Batch, outcomes: readonly BatchOutcome[]): void {
    const { batch } = this;
    for (const [position, index] of (this.#parts[this.#next] ?? []).entries()) {
      this.#outcomes[index] = outcomes[position] ?? null;
    }
    if (this.#next === 0) {
      batch.computeStartNs = part.computeStartNs;
      batch.computeInputEndNs = part.computeInputEndNs;
    }
    batch.computeOutputStartNs = part.computeOutputStartNs;
    batch.computeEndNs = part.computeEndNs;
    this.#hasSucceeded ||= !part.hasFailed;
    this.#next++;
    if (this.#next < this.#parts.length) {
      this.start();
      return;
    }
    batch.hasFailed = !this.#hasSucceeded;
    this.#runner.onEnd();
    batch.complete(this.#outcomes);
  }
}
