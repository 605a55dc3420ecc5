import type { ClientInferResponse, ClientOutputTensor } from "../rest/decode-infer-response.ts";
import type { ParameterValue } from "../rest/decoded-infer-request.ts";
import { StatusCode } from "../status-code.ts";
import { isDatatype } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import { contentsBytes } from "./contents-bytes.ts";
import type { GrpcParameter, GrpcParameters } from "./decoded-grpc-infer-request.ts";
import { ResponseTag, StreamResponseTag } from "./infer-tags.ts";
import { readParameterEntry } from "./read-parameters.ts";
import { TensorReader } from "./read-tensor.ts";
import { WireReader } from "./wire-reader.ts";

const NO_BYTES = new Uint8Array(0);

/** One message of a stream, as a client sees it. */
export interface ClientStreamResponse {
  /** Empty for an answer without error. */
  readonly errorMessage: string;
  /** What is said of the request even beside an error; all empty if the message had nothing. */
  readonly response: ClientInferResponse;
}

/**
 * Decodes a ModelInferResponse. Outputs are views of `bytes`, whether they came raw or as packed floats; other explicit
 * contents, which Triton does not send, are copied.
 *
 * @throws {WireFormatError} if the bytes are no such message
 * @throws {TritonError} Internal if an output has no known datatype, or contents of another one
 */
export function decodeModelInferResponse(bytes: Uint8Array): ClientInferResponse {
  const scan = new ResponseScan();
  scan.read(new WireReader(bytes, 0, bytes.byteLength));
  return scan.finish();
}

/**
 * Decodes a ModelStreamInferResponse.
 *
 * @throws as `decodeModelInferResponse`
 */
export function decodeModelStreamInferResponse(bytes: Uint8Array): ClientStreamResponse {
  const reader = new WireReader(bytes, 0, bytes.byteLength);
  const scan = new ResponseScan();
  let errorMessage = "";
  while (reader.position < reader.end) {
    const tag = reader.readTag();
    if (tag === StreamResponseTag.ErrorMessage) {
      errorMessage = reader.readText();
    } else if (tag === StreamResponseTag.InferResponse) {
      const outerEnd = reader.enter();
      scan.read(reader);
      reader.leave(outerEnd);
    } else {
      reader.skip(tag);
    }
  }
  return { errorMessage, response: scan.finish() };
}

/** The fields of a ModelInferResponse while it is read. */
class ResponseScan {
  #modelName = "";
  #modelVersion = "";
  #id = "";
  #parameters: Map<string, GrpcParameter> | null = null;
  readonly #tensors: TensorReader[] = [];
  readonly #rawContents: Uint8Array[] = [];

  /** Reads to the end of the message that `reader` is in. */
  read(reader: WireReader): void {
    while (reader.position < reader.end) {
      const tag = reader.readTag();
      switch (tag) {
        case ResponseTag.ModelName:
          this.#modelName = reader.readName();
          break;
        case ResponseTag.ModelVersion:
          this.#modelVersion = reader.readName();
          break;
        case ResponseTag.Id:
          this.#id = reader.readText();
          break;
        case ResponseTag.Parameters:
          this.#parameters = readParameterEntry(reader, this.#parameters);
          break;
        case ResponseTag.Outputs: {
          const tensor = new TensorReader();
          const outerEnd = reader.enter();
          tensor.read(reader);
          reader.leave(outerEnd);
          this.#tensors.push(tensor);
          break;
        }
        case ResponseTag.RawOutputContents:
          this.#rawContents.push(reader.readBytes());
          break;
        default:
          reader.skip(tag);
      }
    }
  }

  finish(): ClientInferResponse {
    return {
      id: this.#id,
      modelName: this.#modelName,
      modelVersion: this.#modelVersion,
      parameters: valuesOf(this.#parameters),
      outputs: this.#tensors.map((tensor, index) => outputOf(tensor, this.#rawContents[index])),
    };
  }
}

function valuesOf(parameters: GrpcParameters): ReadonlyMap<string, ParameterValue> {
  const values = new Map<string, ParameterValue>();
  for (const [key, { value }] of parameters ?? []) {
    if (value !== null) {
      values.set(key, value);
    }
  }
  return values;
}

function outputOf(tensor: TensorReader, raw: Uint8Array | undefined): ClientOutputTensor {
  const { name, datatype, shape } = tensor;
  if (!isDatatype(datatype)) {
    throw malformed(`output '${name}' has no known datatype`);
  }
  if (tensor.contents === null) {
    return { name, datatype, shape, bytes: raw ?? NO_BYTES };
  }
  const subject = `output tensor '${name}'`;
  try {
    const bytes = contentsBytes(tensor.contents.finish(), { datatype, subject });
    return { name, datatype, shape, bytes };
  } catch (error) {
    throw malformed(error instanceof TritonError ? error.message : String(error));
  }
}

function malformed(reason: string): TritonError {
  return new TritonError(StatusCode.Internal, `malformed infer response: ${reason}`);
}
