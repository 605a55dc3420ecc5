import type { EnsembleMapping, EnsembleSpec } from "../model/ensemble-spec.ts";

/** What one request of an ensemble has to do, given the outputs that it asks for. */
export interface EnsemblePlan {
  /** By tensor, the steps that wait for it and run. */
  readonly consumers: readonly (readonly number[])[];
  /** By tensor, whether it is part of the answer. */
  readonly isRequested: readonly boolean[];
  /** By tensor, how many read it: consumers, and the answer. */
  readonly readerCounts: readonly number[];
  /** The outputs of the answer, in its order. */
  readonly requested: readonly EnsembleMapping[];
}

/**
 * The plan for the given outputs: a step none of whose tensors is needed is left out, and so is one that only feeds such
 * steps.
 *
 * @param requestedOutputs null for all; each is one of the ensemble's
 * @see Triton core src/ensemble_scheduler/ensemble_scheduler.cc, EnsembleContext::EnsembleContext
 */
export function planEnsemble(
  spec: EnsembleSpec,
  requestedOutputs: readonly string[] | null,
): EnsemblePlan {
  const requested: EnsembleMapping[] = [];
  const isRequested = spec.tensors.map(() => false);
  for (const [name, tensor] of spec.outputTensors) {
    if (requestedOutputs === null || requestedOutputs.includes(name)) {
      requested.push({ name, tensor });
      isRequested[tensor] = true;
    }
  }
  const unneeded = unneededSteps(spec, requested);
  const consumers = spec.tensors.map((tensor) =>
    tensor.consumers.filter((step) => !unneeded.has(step)),
  );
  // The real server answers from a hash map, which for a few outputs is this order.
  requested.reverse();
  return {
    consumers,
    isRequested,
    readerCounts: consumers.map(
      (steps, tensor) => steps.length + (isRequested[tensor] === true ? 1 : 0),
    ),
    requested,
  };
}

function unneededSteps(spec: EnsembleSpec, requested: readonly EnsembleMapping[]): Set<number> {
  const needed = new Set<number>();
  const tensors = requested.map(({ tensor }) => tensor);
  // The list grows while it is walked; each step adds to it once.
  for (const tensor of tensors) {
    const producer = spec.tensors[tensor]?.producer ?? null;
    if (producer !== null && !needed.has(producer)) {
      needed.add(producer);
      tensors.push(...(spec.steps[producer]?.waitsFor ?? []));
    }
  }
  return new Set([...spec.steps.keys()].filter((step) => !needed.has(step)));
}
