import type { ParameterValue, TritonError } from "@nereid/protocol";
import type { Tensor } from "./tensor.ts";

const NO_OUTPUTS: readonly Tensor[] = [];

/**
 * One answer to one request: outputs, or an error and no outputs.
 *
 * Ownership: whoever receives the response (a front end's sender, an in-process caller) calls `release` exactly once,
 * when the outputs' bytes have been read for the last time.
 */
export class InferenceResponse {
  readonly outputs: readonly Tensor[];
  readonly error: TritonError | null;
  /** Parameters set by the backend, in the order they were set; null if there are none. */
  parameters: Map<string, ParameterValue> | null = null;

  private constructor(outputs: readonly Tensor[], error: TritonError | null) {
    this.outputs = outputs;
    this.error = error;
  }

  static ok(outputs: readonly Tensor[]): InferenceResponse {
    return new InferenceResponse(outputs, null);
  }

  static failed(error: TritonError): InferenceResponse {
    return new InferenceResponse(NO_OUTPUTS, error);
  }

  /** Gives the outputs' memory back; their bytes must not be read afterwards. */
  release(): void {
    for (const output of this.outputs) {
      output.memory?.release();
    }
  }
}
