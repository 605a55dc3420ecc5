import { host, Tensor } from "@nereid/server/model";
import type { FloatTensor } from "./float-tensor.ts";
import type { FloatInference, InferClient } from "./infer-client.ts";

/** The server from the inside: a model of it calls others of its models. */
export class HostInferClient implements InferClient {
  readonly #maxBatchSize: number;

  /** @param maxBatchSize of every model that is called */
  constructor(maxBatchSize: number) {
    this.#maxBatchSize = maxBatchSize;
  }

  maxBatchSize(): Promise<number> {
    return Promise.resolve(this.#maxBatchSize);
  }

  async infer(inference: FloatInference): Promise<FloatTensor> {
    const { modelName, inputName, input, outputName } = inference;
    const response = await host.infer({
      modelName,
      inputs: [new Tensor(inputName, "FP32", input.shape, input.values)],
      requestedOutputs: [outputName],
    });
    const output = response.output(outputName);
    return { shape: output.shape, values: output.asFloat32() };
  }
}
