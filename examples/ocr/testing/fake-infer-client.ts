import type { FloatTensor } from "../float-tensor.ts";
import type { FloatInference, InferClient } from "../infer-client.ts";

/** A client without a server: it notes what was asked and answers what the test says. */
export class FakeInferClient implements InferClient {
  readonly inferences: FloatInference[] = [];
  readonly #maxBatchSize: number;
  readonly #answer: (inference: FloatInference) => FloatTensor;

  constructor(options: {
    readonly maxBatchSize: number;
    readonly answer: (inference: FloatInference) => FloatTensor;
  }) {
    this.#maxBatchSize = options.maxBatchSize;
    this.#answer = options.answer;
  }

  maxBatchSize(): Promise<number> {
    return Promise.resolve(this.#maxBatchSize);
  }

  infer(inference: FloatInference): Promise<FloatTensor> {
    this.inferences.push(inference);
    return Promise.resolve(this.#answer(inference));
  }
}
