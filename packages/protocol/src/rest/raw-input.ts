import { StatusCode } from "../status-code.ts";
import { encodeBytesTensor } from "../tensor/bytes-tensor.ts";
import { type Datatype, datatypeByteSize } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import { type DecodedInferRequest, DecodedInput } from "./decoded-infer-request.ts";

/** What a raw request leaves to the model: its inputs, as the configuration gives them. */
export interface RawInputModel {
  readonly name: string;
  /** 0: the model does not batch. */
  readonly batchSizeMax: number;
  readonly inputs: readonly {
    readonly name: string;
    readonly datatype: Datatype;
    /** Without the batch dimension; -1 is a wildcard. */
    readonly dims: readonly number[];
  }[];
}

/**
 * Gives the nameless input of a raw request its name, datatype and shape. A wildcard dimension takes what the size of the
 * body leaves, a batch dimension is 1. A BYTES input gets its length prefix, which copies the body; others stay views.
 *
 * @throws {TritonError} InvalidArg if the model has not exactly one input, or its shape cannot be told from the size
 * @see Triton core src/infer_request.cc, InferenceRequest::Normalize
 */
export function resolveRawInput(request: DecodedInferRequest, model: RawInputModel): DecodedInput {
  const [raw] = request.inputs;
  const [spec] = model.inputs;
  if (raw === undefined || spec === undefined || model.inputs.length !== 1) {
    throw rawError(
      `Raw request must only have 1 input (found ${request.inputs.length}) to be deduced but got ` +
        `${model.inputs.length} inputs in '${model.name}' model configuration`,
    );
  }
  const wildcardCount = spec.dims.filter((dimension) => dimension === -1).length;
  if (wildcardCount > 1) {
    throw rawError(
      `The shape of the raw input '${spec.name}' can not be deduced because there are more than one ` +
        "variable-sized dimension",
    );
  }
  const fixedCount = spec.dims.reduce((count, dim) => (dim === -1 ? count : count * dim), 1);
  const batchShape = model.batchSizeMax === 0 ? [] : [1];
  if (spec.datatype === "BYTES") {
    if (wildcardCount > 0 || fixedCount !== 1) {
      throw rawError(
        `For BYTE datatype raw input '${spec.name}', the model must have input shape [1]`,
      );
    }
    const bytes = encodeBytesTensor([raw.bytes]);
    return new DecodedInput(spec.name, "BYTES", [...batchShape, ...spec.dims], bytes, null);
  }
  const elementSize = datatypeByteSize(spec.datatype);
  // Whole numbers at each step, as in the real server.
  const wildcard = Math.floor(Math.floor(raw.bytes.byteLength / fixedCount) / elementSize);
  const shape = [...batchShape, ...spec.dims.map((dim) => (dim === -1 ? wildcard : dim))];
  return new DecodedInput(spec.name, spec.datatype, shape, raw.bytes, null);
}

/** A raw request has no id. */
function rawError(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, `[request id: <id_unknown>] ${message}`);
}
