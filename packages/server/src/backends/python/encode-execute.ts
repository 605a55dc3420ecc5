import type { ParameterValue } from "@nereid/protocol";
import type { InferenceRequest } from "../../model/request.ts";
import { type FrameWriter, writeUint64 } from "./frame-writer.ts";
import { AHEAD, ALL_OUTPUTS, FrameKind, REQUEST_BYTES } from "./wire.ts";

const SEQUENCE_START = 1;
const SEQUENCE_END = 2;

/** A request as the stub will know it. */
export interface WireRequest {
  readonly request: InferenceRequest;
  readonly handle: number;
  readonly cancelOffset: number;
}

/**
 * The frame that has a batch executed; valid until the writer's next frame.
 *
 * @throws {TritonError} Internal if shared memory is exhausted
 */
export function encodeExecute(
  writer: FrameWriter,
  id: number,
  requests: readonly WireRequest[],
  isAhead: boolean,
): Buffer {
  writer.begin();
  for (const request of requests) {
    encodeRequest(writer, request);
  }
  return writer.finish({
    kind: FrameKind.Execute,
    flags: isAhead ? AHEAD : 0,
    count: requests.length,
    id,
    textByteSize: 0,
  });
}

function encodeRequest(writer: FrameWriter, { request, handle, cancelOffset }: WireRequest): void {
  const { correlationId, requestedOutputs, overrideInputs, inputs } = request;
  const { at } = writer.reserve(REQUEST_BYTES);
  const isTextual = typeof correlationId === "string";
  const idByteSize = writer.text(request.id);
  const correlationByteSize = isTextual ? writer.text(correlationId) : 0;
  const parametersByteSize =
    request.parameters === null ? 0 : writer.text(parametersToJson(request.parameters));
  const flags =
    (request.isSequenceStart ? SEQUENCE_START : 0) | (request.isSequenceEnd ? SEQUENCE_END : 0);
  for (const output of requestedOutputs ?? []) {
    writer.name(output);
  }
  writer.align();
  const { buffer } = writer;
  buffer.writeUInt32LE(handle, at);
  buffer.writeUInt32LE(cancelOffset, at + 4);
  buffer.writeUInt32LE(flags, at + 8);
  buffer[at + 12] = isTextual ? 1 : 0;
  buffer[at + 13] = 0;
  buffer.writeUInt16LE(inputs.length + (overrideInputs?.length ?? 0), at + 14);
  if (isTextual || correlationId === 0n) {
    buffer.fill(0, at + 16, at + 24);
  } else {
    buffer.writeBigUInt64LE(correlationId, at + 16);
  }
  writeUint64(buffer, at + 24, request.timeoutUs);
  buffer.writeUInt32LE(idByteSize, at + 32);
  buffer.writeUInt32LE(correlationByteSize, at + 36);
  buffer.writeUInt32LE(parametersByteSize, at + 40);
  buffer.writeUInt32LE(0, at + 44);
  buffer.writeUInt16LE(requestedOutputs === null ? ALL_OUTPUTS : requestedOutputs.length, at + 48);
  buffer.fill(0, at + 50, at + 56);
  for (const input of inputs) {
    writer.tensor(input);
  }
  for (const input of overrideInputs ?? []) {
    writer.tensor(input);
  }
}

/** Parameters as a model sees them: a JSON object with whole numbers in full. */
export function parametersToJson(parameters: ReadonlyMap<string, ParameterValue>): string {
  const members: string[] = [];
  for (const [name, value] of parameters) {
    const text = typeof value === "bigint" ? value.toString() : JSON.stringify(value);
    members.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${members.join(",")}}`;
}
