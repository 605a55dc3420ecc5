import type { ContentReader } from "./content-reader.ts";
import type { ContentWriter } from "./content-writer.ts";
import { readParameters, type WireParameter, writeParameters } from "./parameter-codec.ts";
import { type ReadTensor, readTensors, type WireTensor, writeTensors } from "./tensor-codec.ts";
import type { TensorFinder, TensorPlacer } from "./tensor-place.ts";

/** One request, on its way to a model or from one to another model. */
export interface WireRequest<T extends WireTensor = WireTensor> {
  readonly id: string;
  readonly correlationId: bigint | string;
  readonly isSequenceStart: boolean;
  readonly isSequenceEnd: boolean;
  readonly priority: number;
  readonly timeoutUs: number;
  readonly batchSize: number;
  readonly parameters: ReadonlyMap<string, WireParameter> | null;
  /** null: all of the configuration's. */
  readonly requestedOutputs: readonly string[] | null;
  readonly inputs: readonly T[];
}

const Flag = { Start: 1, End: 2, TextId: 4, SomeOutputs: 8 } as const;

/** Writes a request. */
export function writeRequest(
  writer: ContentWriter,
  request: WireRequest,
  placer: TensorPlacer,
): void {
  const { correlationId, requestedOutputs } = request;
  const isText = typeof correlationId === "string";
  writer.u8(
    (request.isSequenceStart ? Flag.Start : 0) |
      (request.isSequenceEnd ? Flag.End : 0) |
      (isText ? Flag.TextId : 0) |
      (requestedOutputs === null ? 0 : Flag.SomeOutputs),
  );
  writer.text(request.id);
  if (isText) {
    writer.text(correlationId);
  } else {
    writer.i64(correlationId);
  }
  writer.u32(request.priority);
  writer.f64(request.timeoutUs);
  writer.u32(request.batchSize);
  writeParameters(writer, request.parameters);
  if (requestedOutputs !== null) {
    writer.u32(requestedOutputs.length);
    for (const name of requestedOutputs) {
      writer.text(name);
    }
  }
  writeTensors(writer, request.inputs, placer);
}

/** Reads what `writeRequest` wrote. @throws {RangeError} for content that cannot be */
export function readRequest(reader: ContentReader, finder: TensorFinder): WireRequest<ReadTensor> {
  const flags = reader.u8();
  return {
    isSequenceStart: (flags & Flag.Start) !== 0,
    isSequenceEnd: (flags & Flag.End) !== 0,
    id: reader.text(),
    correlationId: (flags & Flag.TextId) === 0 ? BigInt.asUintN(64, reader.i64()) : reader.text(),
    priority: reader.u32(),
    timeoutUs: reader.f64(),
    batchSize: reader.u32(),
    parameters: readParameters(reader),
    requestedOutputs: (flags & Flag.SomeOutputs) === 0 ? null : readNames(reader),
    inputs: readTensors(reader, finder),
  };
}

function readNames(reader: ContentReader): string[] {
  const count = reader.u32();
  const names: string[] = [];
  for (let index = 0; index < count; index++) {
    names.push(reader.text());
  }
  return names;
}
