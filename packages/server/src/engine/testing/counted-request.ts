import type { TritonError } from "@nereid/protocol";
import { InferenceRequest, type ResponseSender } from "../../model/request.ts";
import type { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";
import type { ServerFacade } from "../server-facade.ts";

/** What a request was answered with. */
export interface CountedAnswer {
  /** null if it succeeded. */
  readonly error: TritonError | null;
  /** The FP32 elements of the first output of each response, in order. */
  readonly values: readonly Float32Array[];
}

/** A request for a model of one FP32 vector that counts its answers itself, so that it sees a second one. */
export class CountedRequest implements ResponseSender {
  /** Final answers so far: 1 once it has ended, if all is well. */
  finalCount = 0;
  readonly answer: Promise<CountedAnswer>;
  readonly #request: InferenceRequest;
  readonly #values: Float32Array[] = [];
  readonly #resolve: (answer: CountedAnswer) => void;
  #error: TritonError | null = null;

  /** Asks the model. @throws {TritonError} if it refuses */
  constructor(server: ServerFacade, modelName: string, values: Float32Array) {
    const { promise, resolve } = Promise.withResolvers<CountedAnswer>();
    this.answer = promise;
    this.#resolve = resolve;
    const model = server.getModel(modelName, null);
    const shape = model.spec.batchSizeMax > 0 ? [1, values.length] : [values.length];
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#request = new InferenceRequest(model.spec, this, server.clock.nowNs());
    this.#request.inputs = [new Tensor("IN", "FP32", shape, bytes, null)];
    model.enqueue(this.#request);
  }

  /** Its client has gone. */
  cancel(): void {
    this.#request.cancel();
  }

  send(_request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    const output = response?.outputs[0];
    if (output !== undefined) {
      this.#values.push(new Float32Array(Uint8Array.from(output.bytes).buffer));
    }
    this.#error ??= response?.error ?? null;
    response?.release();
    if (isFinal) {
      this.finalCount++;
      this.#resolve({ error: this.#error, values: this.#values });
    }
  }
}
