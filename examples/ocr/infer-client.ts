import {
  type ClientInferRequest,
  type ClientInferResponse,
  decodeInferResponse,
  encodeInferRequest,
  StatusCode,
  TritonError,
  typedViewOf,
} from "@nereid/protocol";
import type { FloatTensor } from "./float-tensor.ts";

/** One inference with one FP32 input and one FP32 output. */
export interface FloatInference {
  readonly modelName: string;
  readonly inputName: string;
  readonly input: FloatTensor;
  readonly outputName: string;
}

/** Where models run. */
export interface InferClient {
  /**
   * How many items a model takes in one request; 1 for a model that does not batch.
   *
   * @throws {TritonError} Unavailable if the server cannot be reached, NotFound if it has no such model
   */
  maxBatchSize(modelName: string): Promise<number>;
  /**
   * Runs a model.
   *
   * @throws {TritonError} as `maxBatchSize`, and Internal with the server's text for any other refusal
   */
  infer(inference: FloatInference): Promise<FloatTensor>;
}

/** A client of a server that speaks Triton's HTTP protocol; tensors travel as bytes, not as JSON. */
export class HttpInferClient implements InferClient {
  readonly #url: string;

  /**
   * @param url as `http://127.0.0.1:8000`
   * @throws {TritonError} InvalidArg if it is not of this form
   */
  constructor(url: string) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new TritonError(
        StatusCode.InvalidArg,
        `${url} is not the address of a server, as http://127.0.0.1:8000 is`,
      );
    }
    this.#url = url.replace(/\/+$/, "");
  }

  async maxBatchSize(modelName: string): Promise<number> {
    const response = await this.#send(modelName, "/config", {});
    // The configuration's JSON form always has this field.
    const config = (await response.json()) as { readonly max_batch_size: number };
    return Math.max(1, config.max_batch_size);
  }

  async infer({ modelName, inputName, input, outputName }: FloatInference): Promise<FloatTensor> {
    const { outputs } = await this.inferTensors(modelName, {
      id: "",
      inputs: [
        {
          name: inputName,
          datatype: "FP32",
          shape: input.shape,
          bytes: bytesOf(input.values),
          isBinary: true,
        },
      ],
      outputs: [{ name: outputName, isBinary: true, classCount: 0 }],
      parameters: new Map(),
    });
    const output = outputs.find(({ name }) => name === outputName);
    if (output?.datatype !== "FP32") {
      throw new TritonError(
        StatusCode.Internal,
        `${modelName} answered without the FP32 output ${outputName}`,
      );
    }
    // FP32 gives this view; see typedViewOf.
    return { shape: output.shape, values: typedViewOf("FP32", output.bytes) as Float32Array };
  }

  /**
   * Runs a model on any tensors.
   *
   * @throws {TritonError} as `infer`
   */
  async inferTensors(modelName: string, request: ClientInferRequest): Promise<ClientInferResponse> {
    const { body, headerSize } = encodeInferRequest(request);
    const response = await this.#send(modelName, "/infer", {
      method: "POST",
      // The codec's array is never in shared memory, which is all that fetch refuses.
      body: body as Uint8Array<ArrayBuffer>,
      headers: headerSize === null ? {} : { [HEADER_LENGTH]: String(headerSize) },
    });
    const answerHeaderSize = response.headers.get(HEADER_LENGTH);
    return decodeInferResponse(
      new Uint8Array(await response.arrayBuffer()),
      answerHeaderSize === null ? null : Number(answerHeaderSize),
    );
  }

  async #send(modelName: string, action: string, request: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.#url}/v2/models/${modelName}${action}`, request);
    } catch (cause) {
      throw new TritonError(
        StatusCode.Unavailable,
        `no server can be reached at ${this.#url} (${reasonOf(cause)}). Start one in another terminal: npm start`,
        { cause },
      );
    }
    if (!response.ok) {
      throw await errorOf(response, modelName);
    }
    return response;
  }
}

const HEADER_LENGTH = "Inference-Header-Content-Length";

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The server's own words, and what to do if it does not have the model. */
async function errorOf(response: Response, modelName: string): Promise<TritonError> {
  const body = await response.text();
  let message = body;
  try {
    // What a server of this protocol answers; anything else is shown as it is.
    message = String((JSON.parse(body) as { readonly error: unknown }).error);
  } catch {
    // Not JSON: a proxy, or another kind of server. Its text says more than the parser's complaint.
  }
  if (response.status === 404) {
    return new TritonError(
      StatusCode.NotFound,
      `the server has no model '${modelName}' (${message}). npm start serves it; another server needs the model repository examples/models`,
    );
  }
  return new TritonError(
    StatusCode.Internal,
    `the server answered ${response.status} to '${modelName}': ${message}`,
  );
}

/** The system's reason (ECONNREFUSED …) is in the cause of what fetch throws. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error) {
    return "code" in cause ? String(cause.code) : cause.message;
  }
  return String(cause);
}
