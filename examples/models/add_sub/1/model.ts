import {
  type InferenceRequest,
  type InferenceResponse,
  type Model,
  type ModelConfigBuilder,
  splitBatch,
  stackBatch,
  Tensor,
} from "@nereid/server/model";

/** Sum and difference of two vectors. There is no config.pbtxt: the class says it all. */
export default class implements Model {
  static autoCompleteConfig(config: ModelConfigBuilder): ModelConfigBuilder {
    const vector = { datatype: "FP32", dims: [4] } as const;
    return config
      .setMaxBatchSize(8)
      .setDynamicBatching()
      .addInput({ name: "INPUT0", ...vector })
      .addInput({ name: "INPUT1", ...vector })
      .addOutput({ name: "OUTPUT0", ...vector })
      .addOutput({ name: "OUTPUT1", ...vector });
  }

  /** All requests of the batch at once: their rows are stacked, and the results split again. */
  execute(requests: readonly InferenceRequest[]): readonly InferenceResponse[] {
    const left = stackBatch(requests, "INPUT0");
    const right = stackBatch(requests, "INPUT1").asFloat32();
    const values = left.asFloat32();
    const sum = values.map((value, index) => value + (right[index] ?? 0));
    const difference = values.map((value, index) => value - (right[index] ?? 0));
    const sums = splitBatch(new Tensor("OUTPUT0", "FP32", left.shape, sum), requests);
    const differences = splitBatch(new Tensor("OUTPUT1", "FP32", left.shape, difference), requests);
    return requests.map((_, index) => ({
      outputs: [sums[index], differences[index]].filter((output) => output !== undefined),
    }));
  }
}
