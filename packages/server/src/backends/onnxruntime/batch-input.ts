import { elementCount, StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import { NativeBlock } from "../../ffi/native-memory.ts";
import { elementTypeFromDatatype } from "../../ffi/ort/ort-element-type.ts";
import type { Batch } from "../../model/batch.ts";
import type { BatchInputSpec } from "../../model/batching-spec.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { modelDims } from "../../model/reshape.ts";
import type { InputBinding, InputLayout } from "./input-binding.ts";
import type { LoadedSession } from "./loaded-session.ts";
import { unknownInputError } from "./plan-layout.ts";
import type { RunResources } from "./run-resources.ts";

/** Bytes of an element: all kinds are INT32 or FP32. */
const ELEMENT_BYTES = 4;

/** An input made from a batch: its shape and, but for the kind that is all shape, its elements. */
export interface BatchInputTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/**
 * Makes an input from the shapes that the requests of a batch have of its source input, as the model sees them.
 *
 * @see triton-inference-server/backend src/backend_input_collector.cc, BatchInputShape and ProcessBatchInput
 */
export function makeBatchInput(
  spec: BatchInputSpec,
  model: ModelSpec,
  requests: readonly InferenceRequest[],
): BatchInputTensor {
  const shapes = requests.map((request) => sourceShape(spec, model, request));
  const counts = shapes.map((shape) => elementCount(shape));
  switch (spec.kind) {
    case "ELEMENT_COUNT":
      return { shape: [counts.length], values: counts };
    case "ACCUMULATED_ELEMENT_COUNT":
      return { shape: [counts.length], values: runningSums(counts) };
    case "ACCUMULATED_ELEMENT_COUNT_WITH_ZERO":
      return { shape: [counts.length + 1], values: [0, ...runningSums(counts)] };
    case "MAX_ELEMENT_COUNT_AS_SHAPE": {
      const size = Math.max(0, ...counts);
      return { shape: [size], values: [] };
    }
    case "ITEM_SHAPE": {
      const rowCount = shapes.reduce((sum, [rows = 0]) => sum + rows, 0);
      const rank = Math.max(0, (shapes.at(-1)?.length ?? 0) - 1);
      return { shape: [rowCount, rank], values: itemShapes(shapes) };
    }
    case "ITEM_SHAPE_FLATTEN": {
      const values = itemShapes(shapes);
      return { shape: [values.length], values };
    }
  }
}

/** With the batch dimension; the rest reshaped as the configuration says. */
function sourceShape(
  { sourceInput }: BatchInputSpec,
  model: ModelSpec,
  request: InferenceRequest,
): readonly number[] {
  const input = model.inputsByName.get(sourceInput);
  const tensor = request.inputs.find(({ name }) => name === sourceInput);
  assert(input !== undefined, "a source is an input of the model");
  if (tensor === undefined) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `${request.logPrefix}input '${sourceInput}', from which another is made, is not in the request`,
    );
  }
  return model.batchSizeMax === 0
    ? modelDims(input, tensor.shape)
    : [request.batchSize, ...modelDims(input, tensor.shape.slice(1))];
}

function runningSums(counts: readonly number[]): number[] {
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum;
  });
}

/** For every row its shape without the batch dimension. */
function itemShapes(shapes: readonly (readonly number[])[]): number[] {
  return shapes.flatMap(([rowCount, ...dims]) =>
    Array.from({ length: rowCount ?? 0 }, () => dims).flat(),
  );
}

/** The inputs that the batch makes, ready for one run with it. The bindings are the caller's. */
export function bindBatchInputs(
  resources: RunResources,
  session: LoadedSession,
  model: ModelSpec,
  { requests }: Batch,
): { readonly layout: InputLayout; readonly binding: InputBinding }[] {
  return model.batchInputs.flatMap((spec) => {
    const { shape, values } = makeBatchInput(spec, model, requests);
    return spec.targetNames.map((name) => {
      if (!session.inputsByName.has(name)) {
        throw unknownInputError(name);
      }
      const layout: InputLayout = {
        name,
        index: 0,
        isOverride: false,
        elementType: elementTypeFromDatatype(spec.datatype),
        elementBytes: ELEMENT_BYTES,
        shape,
        elementCount: elementCount(shape),
        filler: null,
      };
      return { layout, binding: new BatchInputBinding(resources, layout, spec, values) };
    });
  });
}

/** Brings an input made from the batch to ONNX Runtime. */
class BatchInputBinding implements InputBinding {
  /** It serves one batch: naming it for more is not worth while. */
  readonly isFixed = false;
  readonly #resources: RunResources;
  /** Holds the elements; the value points into it. */
  readonly #block: NativeBlock;
  readonly #value: bigint;

  constructor(
    resources: RunResources,
    layout: InputLayout,
    { datatype }: BatchInputSpec,
    values: readonly number[],
  ) {
    this.#resources = resources;
    this.#block = new NativeBlock(layout.elementCount * ELEMENT_BYTES);
    const { buffer } = this.#block.bytes;
    const elements =
      datatype === "FP32"
        ? new Float32Array(buffer, 0, layout.elementCount)
        : new Int32Array(buffer, 0, layout.elementCount);
    elements.set(values);
    this.#value = resources.values.createOverMemory(
      this.#block.address,
      this.#block.bytes.byteLength,
      layout.shape,
      layout.elementType,
    );
  }

  stage(): bigint {
    return this.#value;
  }

  unstage(): void {}

  close(): void {
    this.#resources.values.release(this.#value);
  }
}
