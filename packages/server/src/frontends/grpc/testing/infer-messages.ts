import { encodeModelInferRequest, type ParameterValue } from "@nereid/protocol";

/** What a test says of its request; everything else is as a client leaves it. */
export interface TestRequest {
  readonly model?: string;
  readonly version?: string;
  readonly id?: string;
  readonly values?: Float32Array;
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
}

/** The bytes of a ModelInferRequest with the input IN. */
export function inferRequest(request: TestRequest = {}): Uint8Array {
  const values = request.values ?? Float32Array.of(1, 2, 3, 4);
  return encodeModelInferRequest({
    modelName: request.model ?? "model",
    modelVersion: request.version ?? "",
    id: request.id ?? "",
    inputs: [
      {
        name: "IN",
        datatype: "FP32",
        shape: [values.length],
        bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      },
    ],
    outputs: [],
    parameters: new Map(Object.entries(request.parameters ?? {})),
  });
}
