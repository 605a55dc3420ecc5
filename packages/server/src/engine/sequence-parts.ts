import { assert } from "../base/assert.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import type { SequenceBatchingSpec } from "../model/sequence-batching-spec.ts";
import type { SequenceState } from "../model/sequence-state.ts";
import type { ResponseOrder } from "../scheduling/response-order.ts";
import type { InstanceRunner } from "./instance-runner.ts";

/** Whether answers must wait for one another. One that is not decoupled answers an instance's sequences in order anyhow. */
export function isOrderPreserved({
  dynamicBatching,
  sequenceBatching,
  isDecoupled,
}: ModelSpec): boolean {
  if (sequenceBatching === null) {
    return dynamicBatching?.isOrderPreserved === true;
  }
  const { strategy } = sequenceBatching;
  return isDecoupled && strategy.kind === "oldest" && strategy.batching.isOrderPreserved;
}

/** A request that its model has given back keeps its place. */
export function enterOrder(order: ResponseOrder, requests: readonly InferenceRequest[]): void {
  for (const request of requests) {
    if (!request.isNull && !order.has(request)) {
      order.onEnqueue(request);
    }
  }
}

/** What makes the states of sequences; null if the model has none, or its backend keeps none. */
export function stateCreator(
  { hasState }: SequenceBatchingSpec,
  runners: readonly InstanceRunner[],
): ((runner: InstanceRunner) => SequenceState) | null {
  if (!hasState || runners.some(({ instance }) => instance.createSequenceState === undefined)) {
    return null;
  }
  return ({ instance }) => {
    const state = instance.createSequenceState?.();
    assert(state !== undefined, "the instance makes states");
    return state;
  };
}
