import { decodeInferRequest } from "./decode-infer-request.ts";
import { DecodedInferRequest, DecodedInput } from "./decoded-infer-request.ts";

/** Descriptions that are kept: a server has a few models that are busy at a time. */
const KEPT_COUNT = 8;
/** Longer JSON parts are decoded each time. */
const KEPT_SIZE_MAX = 2048;
/** After so many new descriptions in a row, requests repeat none (they have ids), and only one in a while is kept. */
const MISS_COUNT_MAX = 32;
const MISS_INTERVAL = 16;

/** The JSON part of a request whose tensors are all binary, and what it says of a body of its size. */
interface KnownRequest {
  readonly json: Uint8Array;
  readonly bodySize: number;
  /** Its inputs' bytes are empty. */
  readonly request: DecodedInferRequest;
  /** Where each input's bytes lie in the body. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
}

/**
 * Decodes infer requests as `decodeInferRequest` does, and remembers descriptions: a client that sends tensor after tensor
 * of one shape as binary sends the same JSON part each time, and only the tensors' bytes are others.
 */
export class InferRequestDecoder {
  readonly #inputSizeMax: number;
  readonly #known: KnownRequest[] = [];
  #next = 0;
  #missCount = 0;

  /** @param inputSizeMax most bytes of JSON, and of each JSON tensor */
  constructor(inputSizeMax: number) {
    this.#inputSizeMax = inputSizeMax;
  }

  /**
   * The lists of the result may be other requests' too, and are not to be changed.
   *
   * @param headerSize see `decodeInferRequest`
   * @param modelName for messages
   * @throws {TritonError} as `decodeInferRequest`
   */
  decode(body: Uint8Array, headerSize: number | null, modelName: string): DecodedInferRequest {
    const isKeepable = headerSize !== null && headerSize > 0 && headerSize <= KEPT_SIZE_MAX;
    const known = isKeepable ? this.#find(body, headerSize) : null;
    if (known !== null) {
      return requestOver(body, known);
    }
    const context = { modelName, inputSizeMax: this.#inputSizeMax };
    const request = decodeInferRequest(body, headerSize, context);
    if (isKeepable) {
      this.#keep(body, headerSize, request);
    }
    return request;
  }

  #find(body: Uint8Array, jsonSize: number): KnownRequest | null {
    for (const known of this.#known) {
      if (known.bodySize === body.byteLength && beginsWith(body, known.json, jsonSize)) {
        this.#missCount = 0;
        return known;
      }
    }
    this.#missCount++;
    return null;
  }

  #keep(body: Uint8Array, jsonSize: number, request: DecodedInferRequest): void {
    const isOftenNew = this.#missCount > MISS_COUNT_MAX && this.#missCount % MISS_INTERVAL !== 0;
    const tensorsStart = body.byteOffset + jsonSize;
    // Parameters may be added to, and tensors that came as JSON are not in the body.
    const isRepeatable =
      request.parameters === null &&
      request.inputs.every(
        ({ bytes, sharedMemory }) =>
          sharedMemory !== null ||
          (bytes.buffer === body.buffer && bytes.byteOffset >= tensorsStart),
      );
    if (isOftenNew || !isRepeatable) {
      return;
    }
    this.#known[this.#next] = {
      json: new Uint8Array(body.subarray(0, jsonSize)),
      bodySize: body.byteLength,
      request: withoutBytes(request),
      ranges: request.inputs.map(({ bytes, sharedMemory }) => {
        const start = sharedMemory === null ? bytes.byteOffset - body.byteOffset : 0;
        return { start, end: start + bytes.byteLength };
      }),
    };
    this.#next = (this.#next + 1) % KEPT_COUNT;
  }
}

const NO_BYTES = new Uint8Array(0);

/** A copy that holds nothing of the body. */
function withoutBytes(request: DecodedInferRequest): DecodedInferRequest {
  return copyOf(
    request,
    request.inputs.map(
      ({ name, datatype, shape, sharedMemory }) =>
        new DecodedInput(name, datatype, shape, NO_BYTES, sharedMemory),
    ),
  );
}

/** The request that a body with a known description is. */
function requestOver(body: Uint8Array, { request, ranges }: KnownRequest): DecodedInferRequest {
  const inputs: DecodedInput[] = [];
  for (const [index, { name, datatype, shape, sharedMemory }] of request.inputs.entries()) {
    const { start, end } = ranges[index] ?? { start: 0, end: 0 };
    const bytes = new Uint8Array(body.buffer, body.byteOffset + start, end - start);
    inputs.push(new DecodedInput(name, datatype, shape, bytes, sharedMemory));
  }
  return copyOf(request, inputs);
}

function copyOf(request: DecodedInferRequest, inputs: DecodedInput[]): DecodedInferRequest {
  const copy = new DecodedInferRequest();
  copy.id = request.id;
  copy.inputs = inputs;
  copy.outputs = request.outputs;
  copy.correlationId = request.correlationId;
  copy.isSequenceStart = request.isSequenceStart;
  copy.isSequenceEnd = request.isSequenceEnd;
  copy.priority = request.priority;
  copy.timeoutUs = request.timeoutUs;
  copy.isBinaryOutputDefault = request.isBinaryOutputDefault;
  copy.isRaw = request.isRaw;
  copy.isEmptyFinalResponseEnabled = request.isEmptyFinalResponseEnabled;
  return copy;
}

/** Whether the body begins with just this JSON part. */
function beginsWith(body: Uint8Array, json: Uint8Array, jsonSize: number): boolean {
  if (json.byteLength !== jsonSize) {
    return false;
  }
  for (let index = 0; index < jsonSize; index++) {
    if (body[index] !== json[index]) {
      return false;
    }
  }
  return true;
}
