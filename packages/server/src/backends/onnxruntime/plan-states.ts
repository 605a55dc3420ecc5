import { StatusCode, TritonError } from "@nereid/protocol";
import type { Batch } from "../../model/batch.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { InputBinding, InputLayout } from "./input-binding.ts";
import type { LoadedSession } from "./loaded-session.ts";
import { requestedOutputsOf } from "./requested-outputs.ts";
import { StateInput, stateLayouts } from "./state-input.ts";
import type { StateMemory } from "./state-memory.ts";
import { StateOutput } from "./state-output.ts";

/** The implicit state's part of a plan. */
export interface BoundStates {
  readonly inputs: readonly { readonly layout: InputLayout; readonly binding: InputBinding }[];
  readonly outputs: readonly StateOutput[];
}

/**
 * The inputs and outputs of a model's states for batches of one shape. They hold nothing before their first run.
 *
 * @throws {TritonError} Internal for a state that the model does not have: the real server, too, finds out when it runs
 */
export function bindStates(
  { session, model }: { readonly session: LoadedSession; readonly model: ModelSpec },
  memory: StateMemory,
  batch: Batch,
): BoundStates {
  const inputs = stateLayouts(memory, session, batch).map(({ layout, stateIndex }) => ({
    layout,
    binding: new StateInput(memory, layout, stateIndex),
  }));
  const wanted = requestedOutputsOf(batch.requests);
  const outputs = memory.specs.map(({ outputName: name }, stateIndex) => {
    if (!session.outputsByName.has(name)) {
      throw new TritonError(
        StatusCode.Internal,
        `onnx runtime error 2: Invalid output name: ${name}`,
      );
    }
    const isReturned = model.outputsByName.has(name) && (wanted === null || wanted.includes(name));
    const mayBeInput = session.inputsByName.has(name);
    return new StateOutput({ memory, model, stateIndex, isReturned, mayBeInput });
  });
  return { inputs, outputs };
}
