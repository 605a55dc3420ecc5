import {
  datatypeByteSize,
  elementCount,
  formatShape,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import type { ModelSpec, OutputSpec } from "../../model/model-spec.ts";
import { type PaddedDimension, type PaddingSpec, paddedSize } from "../../model/padding-spec.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";
import { copyCorner, cornerView } from "./array-corner.ts";
import { sizeInRequest } from "./row-filler.ts";
import { type RunResources, STAGED_BYTES_MAX } from "./run-resources.ts";
import type { SessionSignature } from "./session-signature.ts";

/** By the output's name: for every dimension behind the batch's what it is as long as; null for one that stays. */
export type PaddedOutputs = ReadonlyMap<string, readonly (PaddedDimension | null)[]>;

/** Symbols of a model file that stand for padded sizes. */
type PaddedSymbols = ReadonlyMap<string, PaddedDimension>;

/**
 * Which dimensions of outputs are cut back: those that the configuration names, and those that have in the model file the
 * name of a padded one.
 *
 * @throws {TritonError} InvalidArg if that cannot be told, or does not fit the model file
 */
export function resolvePaddedOutputs(
  model: ModelSpec,
  signature: SessionSignature,
): PaddedOutputs | null {
  const { padding } = model;
  if (padding === null) {
    return null;
  }
  const symbols = paddedSymbols(model, padding, signature);
  const cut = new Set(model.batchOutputs.flatMap(({ targetNames }) => targetNames));
  const resolved = new Map<string, readonly (PaddedDimension | null)[]>();
  for (const spec of model.outputs) {
    if (!cut.has(spec.name)) {
      const sources = spec.dims.map((dim, index) =>
        dim === -1 ? resolveDimension(model, padding, { spec, index, signature, symbols }) : null,
      );
      if (sources.some((source) => source !== null)) {
        checkOutput(model, spec);
        resolved.set(spec.name, sources);
      }
    }
  }
  return resolved;
}

function invalid(model: ModelSpec, message: string): TritonError {
  return new TritonError(
    StatusCode.InvalidArg,
    `unable to load model '${model.name}', padding: ${message}`,
  );
}

/** Sizes that are one in the model file must be padded alike. */
function paddedSymbols(
  model: ModelSpec,
  padding: PaddingSpec,
  signature: SessionSignature,
): PaddedSymbols {
  const symbols = new Map<string, PaddedDimension>();
  const symbolOf = (input: string, index: number): string =>
    signature.inputs.find(({ name }) => name === input)?.symbols[index + 1] ?? "";
  for (const { name, rules } of padding.inputs.values()) {
    rules.forEach((rule, index) => {
      const symbol = symbolOf(name, index);
      if (rule !== null && symbol !== "" && !symbols.has(symbol)) {
        symbols.set(symbol, { input: name, index });
      }
    });
  }
  for (const { name, dims } of model.inputs) {
    dims.forEach((_, index) => {
      const symbol = symbolOf(name, index);
      const padded = symbols.get(symbol);
      const rule = padding.inputs.get(name)?.rules[index] ?? null;
      const other =
        padded === undefined
          ? rule
          : (padding.inputs.get(padded.input)?.rules[padded.index] ?? null);
      if (padded !== undefined && JSON.stringify(rule) !== JSON.stringify(other)) {
        throw invalid(
          model,
          `'${name}[${index}]' has the size '${symbol}' in the model file, as '${padded.input}[${padded.index}]' has, ` +
            "so NEREID_PAD_INPUTS must give both the same sizes",
        );
      }
    });
  }
  return symbols;
}

function resolveDimension(
  model: ModelSpec,
  padding: PaddingSpec,
  {
    spec,
    index,
    signature,
    symbols,
  }: {
    readonly spec: OutputSpec;
    readonly index: number;
    readonly signature: SessionSignature;
    readonly symbols: PaddedSymbols;
  },
): PaddedDimension | null {
  const configured = padding.outputs.find(
    (candidate) => candidate.output === spec.name && candidate.index === index,
  );
  if (configured !== undefined) {
    return configured.source;
  }
  const info = signature.outputs.find(({ name }) => name === spec.name);
  const size = info?.shape[index + 1] ?? -1;
  const symbol = info?.symbols[index + 1] ?? "";
  const source = symbols.get(symbol);
  if (source !== undefined) {
    return source;
  }
  const isOfInput =
    symbol !== "" && signature.inputs.some((input) => input.symbols.includes(symbol));
  if (size >= 0 || isOfInput) {
    return null;
  }
  throw invalid(
    model,
    `the model file does not say what '${spec.name}[${index}]' is as long as, so NEREID_PAD_OUTPUTS must: ` +
      `'${spec.name}[${index}]=<input>[<dimension>]' to cut it back, '${spec.name}[${index}]=none' to leave it`,
  );
}

function checkOutput(model: ModelSpec, { name, datatype, reshape }: OutputSpec): void {
  if (datatype === "BYTES") {
    throw invalid(model, `output '${name}' has strings, so it cannot be cut back`);
  }
  if (reshape !== null) {
    throw invalid(model, `output '${name}' is reshaped, so it cannot be cut back`);
  }
}

/**
 * Takes off what the model gave for the padding: every request gets outputs as long as its inputs. What has no other
 * elements before and between stays a view; the rest is copied.
 *
 * @param responses are this function's; those that it returns take their place
 */
export function cutPadding(
  { outputs, padding, resources }: PaddingCut,
  requests: readonly InferenceRequest[],
  responses: readonly InferenceResponse[],
): InferenceResponse[] {
  return responses.map((response, index) => {
    const request = requests[index];
    if (response.error !== null || request === undefined) {
      return response;
    }
    try {
      return InferenceResponse.ok(
        cutTensors({ outputs, padding, resources }, request, response.outputs),
      );
    } catch (error) {
      if (!(error instanceof TritonError)) {
        throw error;
      }
      response.release();
      return InferenceResponse.failed(error);
    }
  });
}

/** What cutting goes by. */
export interface PaddingCut {
  readonly outputs: PaddedOutputs;
  readonly padding: PaddingSpec;
  readonly resources: RunResources;
}

/** On an error all tensors are still the caller's. */
function cutTensors(
  cut: PaddingCut,
  request: InferenceRequest,
  tensors: readonly Tensor[],
): Tensor[] {
  const shapes = tensors.map((tensor) => cutShape(cut, request, tensor));
  return tensors.map((tensor, index) => {
    const shape = shapes[index] ?? null;
    return shape === null ? tensor : cutTensor(cut.resources, tensor, shape);
  });
}

/** The shape that the request's part has; null if the tensor has it already. */
function cutShape(
  { outputs, padding }: PaddingCut,
  request: InferenceRequest,
  { name, shape }: Tensor,
): readonly number[] | null {
  const sources = outputs.get(name);
  if (sources === undefined) {
    return null;
  }
  const sizes = [...shape];
  let isCut = false;
  for (let index = 0; index < sources.length; index++) {
    const source = sources[index] ?? null;
    if (source !== null) {
      const own = sizeInRequest(request, source);
      const rule = padding.inputs.get(source.input)?.rules[source.index] ?? null;
      if (shape.length !== sources.length + 1 || shape[index + 1] !== paddedSize(rule, own)) {
        throw new TritonError(
          StatusCode.Internal,
          `${request.logPrefix}output '${name}' has shape ${formatShape(shape)}, in which dimension ${index + 1} is not ` +
            `as long as dimension ${source.index + 1} of input '${source.input}', ${paddedSize(rule, own)} with its padding`,
        );
      }
      isCut ||= own !== shape[index + 1];
      sizes[index + 1] = own;
    }
  }
  return isCut ? sizes : null;
}

/** Takes the tensor over. */
function cutTensor(resources: RunResources, tensor: Tensor, shape: readonly number[]): Tensor {
  const { name, datatype, bytes, memory } = tensor;
  const elementBytes = datatypeByteSize(datatype);
  const corner = { shape, elementBytes };
  const view = cornerView(tensor, corner);
  if (view !== null) {
    return new Tensor(name, datatype, shape, view, memory);
  }
  const byteSize = elementCount(shape) * elementBytes;
  const lease = byteSize > STAGED_BYTES_MAX ? resources.buffers.acquire(byteSize) : null;
  const target = lease?.bytes ?? new Uint8Array(byteSize);
  copyCorner({ bytes, shape: tensor.shape }, { bytes: target, shape }, corner);
  resources.copies.onOutput(byteSize);
  memory?.release();
  return new Tensor(name, datatype, shape, target, lease);
}
