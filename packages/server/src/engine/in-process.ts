import {
  type Datatype,
  encodeBytesTensor,
  type ParameterValue,
  StatusCode,
  TritonError,
  tritonErrorFrom,
} from "@nereid/protocol";
import type { ModelHandle } from "../model/model-host.ts";
import { InferenceRequest, type ResponseSender } from "../model/request.ts";
import type { InferenceResponse } from "../model/response.ts";
import { Tensor } from "../model/tensor.ts";
import { AnswerQueue } from "./answer-queue.ts";
import type { ServerFacade } from "./server-facade.ts";

/** The elements of an input: their bytes (little-endian, packed; any typed array is taken as such), or texts and byte strings for BYTES. */
export type InProcessData = ArrayBufferView | readonly (string | Uint8Array)[];

/** One input tensor of an in-process inference. */
export interface InProcessInput {
  readonly name: string;
  readonly datatype: Datatype;
  /** The full shape, batch dimension included. */
  readonly shape: readonly number[];
  /** Read, not copied, until the answer has come; an array of texts or byte strings is encoded at once. */
  readonly data: InProcessData;
}

/** One inference by an embedding program. */
export interface InProcessRequest {
  readonly modelName: string;
  /** The greatest READY version unless given. */
  readonly modelVersion?: bigint | null;
  readonly id?: string;
  readonly inputs: readonly InProcessInput[];
  /** Every output of the configuration unless given. */
  readonly outputs?: readonly string[];
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  /** Ends the wait, and the run where the backend can stop it. */
  readonly signal?: AbortSignal;
}

/** One output tensor of an in-process inference. */
export interface InProcessOutput {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** The caller's own: row-major, little-endian, packed; BYTES elements length-prefixed (see `decodeBytesTensor`). */
  readonly bytes: Uint8Array;
}

/** The answer to an in-process inference. */
export interface InProcessResponse {
  readonly id: string;
  readonly modelName: string;
  readonly modelVersion: bigint;
  readonly outputs: readonly InProcessOutput[];
  readonly parameters: ReadonlyMap<string, ParameterValue>;
}

/**
 * Runs one inference through the facade and gives the outputs as memory of the caller's own.
 *
 * @throws {TritonError} whatever the wire would answer; Cancelled when the signal ended it
 */
export async function inferInProcess(
  server: ServerFacade,
  request: InProcessRequest,
): Promise<InProcessResponse> {
  const { signal } = request;
  throwIfAborted(signal);
  const model = server.getModel(request.modelName, request.modelVersion ?? null);
  if (model.spec.isDecoupled) {
    throw new TritonError(
      StatusCode.Unsupported,
      "infer doesn't support models with decoupled transaction policy, use inferStream",
    );
  }
  const pending = new PendingInference();
  const inference = createRequest(server, model, request, pending);
  const onAbort = (): void => {
    inference.cancel();
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    model.enqueue(inference);
    return takeResponse(request, model, await pending.response);
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/**
 * Runs one inference whose answers come one by one, as many as the model gives. The model waits for a caller that is slow, as
 * far as its backend can; one that leaves the loop, or whose signal fires, takes the request with it.
 *
 * @throws {TritonError} whatever the wire would answer, also instead of a later answer; Cancelled when the signal ended it
 */
export async function* streamInProcess(
  server: ServerFacade,
  request: InProcessRequest,
): AsyncGenerator<InProcessResponse, void, undefined> {
  const { signal } = request;
  throwIfAborted(signal);
  const model = server.getModel(request.modelName, request.modelVersion ?? null);
  const answers = new AnswerQueue();
  const inference = createRequest(server, model, request, answers);
  const onAbort = (): void => {
    inference.cancel();
    answers.wake();
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    model.enqueue(inference);
    for (;;) {
      const response = await answers.next();
      throwIfAborted(signal);
      if (response === null) {
        return;
      }
      if (response.error !== null) {
        throw response.error;
      }
      yield takeResponse(request, model, response);
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    answers.close();
    inference.cancel();
  }
}

/** Turns the one answer into a promise. */
class PendingInference implements ResponseSender {
  readonly response: Promise<InferenceResponse>;
  readonly #resolve: (response: InferenceResponse) => void;
  readonly #reject: (error: TritonError) => void;

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<InferenceResponse>();
    this.response = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  send(_request: InferenceRequest, response: InferenceResponse | null): void {
    if (response === null) {
      this.#reject(new TritonError(StatusCode.Internal, "expected a single response, got 0"));
    } else if (response.error === null) {
      this.#resolve(response);
    } else {
      this.#reject(response.error);
    }
  }
}

function createRequest(
  server: ServerFacade,
  model: ModelHandle,
  request: InProcessRequest,
  sender: ResponseSender,
): InferenceRequest {
  const inference = new InferenceRequest(model.spec, sender, server.clock.nowNs());
  inference.id = request.id ?? "";
  inference.inputs = request.inputs.map(
    ({ name, datatype, shape, data }) => new Tensor(name, datatype, shape, bytesOf(data), null),
  );
  inference.requestedOutputs = request.outputs === undefined ? null : [...request.outputs];
  if (request.parameters !== undefined) {
    inference.parameters = new Map(Object.entries(request.parameters));
  }
  return inference;
}

function bytesOf(data: InProcessData): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : encodeBytesTensor(data);
}

/** Copies the outputs, so that the runtime has its memory back before the caller sees them. */
function takeResponse(
  request: InProcessRequest,
  model: ModelHandle,
  response: InferenceResponse,
): InProcessResponse {
  try {
    return {
      id: request.id ?? "",
      modelName: model.spec.name,
      modelVersion: model.spec.version,
      outputs: response.outputs.map(({ name, datatype, shape, bytes }) => ({
        name,
        datatype,
        shape: [...shape],
        bytes: bytes.slice(),
      })),
      parameters: response.parameters ?? new Map(),
    };
  } finally {
    response.release();
  }
}

/** @throws {TritonError} Cancelled, or the signal's own reason if it is one, once the signal has fired */
function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    const reason: unknown = signal.reason;
    throw reason instanceof TritonError
      ? reason
      : new TritonError(StatusCode.Cancelled, tritonErrorFrom(reason).message, { cause: reason });
  }
}
