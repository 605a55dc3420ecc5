import { datatypeByteSize, elementCount, StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import { elementTypeFromDatatype } from "../../ffi/ort/ort-element-type.ts";
import type { Batch } from "../../model/batch.ts";
import type { InputSpec, ModelSpec } from "../../model/model-spec.ts";
import { paddedShape } from "../../model/padding-spec.ts";
import { modelDims } from "../../model/reshape.ts";
import type { Tensor } from "../../model/tensor.ts";
import type { InputLayout } from "./input-binding.ts";
import type { LoadedSession } from "./loaded-session.ts";
import { checkPaddedByteSize, MaskRows, maskSize, PaddedRows } from "./row-filler.ts";

/** The inputs of a batch as the model sees them, in the first request's order: its own, the scheduler's, then the masks. */
export function inputLayouts(
  session: LoadedSession,
  model: ModelSpec,
  batch: Batch,
): InputLayout[] {
  const [first] = batch.requests;
  assert(first !== undefined, "a batch has requests");
  const layouts = first.inputs.map((tensor, index): InputLayout => {
    const spec = model.inputsByName.get(tensor.name);
    if (spec === undefined) {
      throw unknownInputError(tensor.name);
    }
    const shape = modelShape(session, model, batch, tensor, spec);
    return {
      name: tensor.name,
      index,
      isOverride: false,
      elementType: elementTypeFromDatatype(spec.datatype),
      elementBytes: datatypeByteSize(spec.datatype),
      shape,
      elementCount: elementCount(shape),
      filler: paddedRows(model, tensor, shape),
    };
  });
  if (first.overrideInputs !== null) {
    layouts.push(...overrideLayouts(session, model, batch, first.overrideInputs));
  }
  return model.padding === null ? layouts : [...layouts, ...maskLayouts(session, model, batch)];
}

/** The configuration says nothing of these but their names: they are what the scheduler has made. */
function overrideLayouts(
  session: LoadedSession,
  model: ModelSpec,
  batch: Batch,
  tensors: readonly Tensor[],
): InputLayout[] {
  return tensors.map(({ name, datatype, shape: own }, index): InputLayout => {
    const info = session.inputsByName.get(name);
    if (info === undefined) {
      // Only a warm-up asks for what neither the configuration names nor the model has.
      throw unknownInputError(name);
    }
    const rows = model.batchSizeMax === 0 ? own : [batch.size, ...own.slice(1)];
    const shape = info.shape.length === 0 ? [] : rows;
    return {
      name,
      index,
      isOverride: true,
      elementType: elementTypeFromDatatype(datatype),
      elementBytes: datatypeByteSize(datatype),
      shape,
      elementCount: elementCount(shape),
      filler: null,
    };
  });
}

function paddedRows(
  { padding }: ModelSpec,
  { name, datatype }: Tensor,
  shape: readonly number[],
): PaddedRows | null {
  const padded = padding?.inputs.get(name);
  if (padded === undefined) {
    return null;
  }
  checkPaddedByteSize(name, shape, datatypeByteSize(datatype));
  return new PaddedRows(padded, shape.slice(1));
}

/** The inputs that say which elements of others are not padding. */
function maskLayouts(session: LoadedSession, { padding }: ModelSpec, batch: Batch): InputLayout[] {
  const [first] = batch.requests;
  if (padding === null || first === undefined) {
    return [];
  }
  return padding.masks.map((mask) => {
    if (!session.inputsByName.has(mask.name)) {
      throw unknownInputError(mask.name);
    }
    const size = maskSize(mask, padding.inputs, first);
    const elementBytes = datatypeByteSize(mask.datatype);
    const shape = [batch.size, size];
    checkPaddedByteSize(mask.name, shape, elementBytes);
    return {
      name: mask.name,
      index: 0,
      isOverride: false,
      elementType: elementTypeFromDatatype(mask.datatype),
      elementBytes,
      shape,
      elementCount: elementCount(shape),
      filler: new MaskRows(mask, size),
    };
  });
}

/** The real server's words for an input that the model file does not have. */
export function unknownInputError(name: string): TritonError {
  return new TritonError(
    StatusCode.Internal,
    `Failed to retrieve the ONNX input tensor info from '${name}'.`,
  );
}

function modelShape(
  session: LoadedSession,
  model: ModelSpec,
  batch: Batch,
  tensor: Tensor,
  spec: InputSpec,
): readonly number[] {
  const info = session.inputsByName.get(tensor.name);
  if (info === undefined) {
    throw unknownInputError(tensor.name);
  }
  if (info.shape.length === 0) {
    return [];
  }
  if (spec.isRaggedBatchAllowed) {
    return [raggedElementCount(batch, tensor.name)];
  }
  if (model.batchSizeMax === 0) {
    return modelDims(spec, tensor.shape);
  }
  const padded = model.padding?.inputs.get(tensor.name);
  const shape =
    padded === undefined
      ? modelDims(spec, tensor.shape.slice(1))
      : paddedShape(padded, tensor.shape).slice(1);
  return [batch.size, ...shape];
}

/** A ragged input's requests may differ in shape: the model sees all their elements in one row. */
function raggedElementCount(batch: Batch, name: string): number {
  let count = 0;
  for (const { inputs } of batch.requests) {
    count += elementCount(inputs.find((input) => input.name === name)?.shape ?? []);
  }
  return count;
}

/** Whether the batch's shapes are those of its requests rather than of its row count alone. */
export function isRaggedBatch(model: ModelSpec, batch: Batch): boolean {
  return batch.requests.length > 1 && model.inputs.some((input) => input.isRaggedBatchAllowed);
}
