import { datatypeByteSize, encodeBytesTensor, type TritonError } from "@nereid/protocol";
import type { Instance } from "../../../model/backend.ts";
import { Batch } from "../../../model/batch.ts";
import type { ModelSpec } from "../../../model/model-spec.ts";
import { InferenceRequest } from "../../../model/request.ts";
import type { InferenceResponse } from "../../../model/response.ts";
import { Tensor } from "../../../model/tensor.ts";
import { onBatchEnd } from "../../../model/testing/batch-listener.ts";

/** A tensor by its shape and elements: numbers as a typed array, strings as texts or bytes. */
export interface TestInput {
  readonly shape: readonly number[];
  readonly data: ArrayBufferView | readonly (string | Uint8Array)[];
}

/** One request: its inputs by name and, unless it wants all, the outputs that it wants. */
export interface TestRequest {
  readonly inputs: Readonly<Record<string, TestInput>>;
  readonly outputs?: readonly string[];
  readonly id?: string;
}

/** A request as the engine would hand it to an instance. Answers do not go through its sender. */
export function makeRequest(spec: ModelSpec, test: TestRequest): InferenceRequest {
  const request = new InferenceRequest(spec, { send() {} }, 0);
  request.id = test.id ?? "";
  request.requestedOutputs = test.outputs === undefined ? null : [...test.outputs];
  request.inputs = Object.entries(test.inputs).map(([name, { shape, data }]) => {
    const datatype = spec.inputsByName.get(name)?.datatype ?? "FP32";
    return new Tensor(name, datatype, shape, bytesOf(data), null);
  });
  if (spec.batchSizeMax > 0) {
    request.batchSize = request.inputs[0]?.shape[0] ?? 1;
  }
  return request;
}

function bytesOf(data: TestInput["data"]): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : encodeBytesTensor(data);
}

/** Runs requests as one batch and resolves with their responses. */
export function executeBatch(
  instance: Instance,
  requests: readonly InferenceRequest[],
): { readonly batch: Batch; readonly responses: Promise<readonly InferenceResponse[]> } {
  const { promise, resolve } = Promise.withResolvers<readonly InferenceResponse[]>();
  const batch = new Batch(
    requests,
    onBatchEnd((_, outcomes) => resolve(outcomes.filter((outcome) => outcome !== null))),
  );
  instance.execute(batch);
  return { batch, responses: promise };
}

/** An output with its bytes copied, so that it outlives its response. */
export interface TestOutput {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The outputs of a response, which is released; its error is thrown. */
export function takeOutputs(response: InferenceResponse | undefined): TestOutput[] {
  const error: TritonError | null | undefined = response?.error;
  if (response === undefined || error) {
    throw error ?? new TypeError("no response");
  }
  const outputs = response.outputs.map(({ name, datatype, shape, bytes }) => ({
    name,
    datatype,
    shape: [...shape],
    bytes: Uint8Array.from(bytes),
  }));
  response.release();
  return outputs;
}

/** Runs one request and returns its outputs. */
export async function infer(
  instance: Instance,
  spec: ModelSpec,
  test: TestRequest,
): Promise<TestOutput[]> {
  const [response] = await executeBatch(instance, [makeRequest(spec, test)]).responses;
  return takeOutputs(response);
}

/** `count` little-endian elements of a datatype with recognisable bytes; BOOL has zeros and ones. */
export function patternBytes(
  datatype: Parameters<typeof datatypeByteSize>[0],
  count: number,
): Uint8Array {
  const bytes = new Uint8Array(count * datatypeByteSize(datatype));
  return bytes.map((_, index) => (datatype === "BOOL" ? index % 2 : (index * 7) % 64));
}
