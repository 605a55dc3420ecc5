import { type ParameterValue, StatusCode, TritonError } from "@nereid/protocol";
import { InferenceResponse } from "../../model/response.ts";
import type { Tensor } from "../../model/tensor.ts";
import type { FrameCursor } from "./decode-tensors.ts";
import { parseExactJson } from "./exact-json.ts";
import { NO_ERROR, OUTCOME_BYTES, OutcomeKind } from "./wire.ts";
import { WireError } from "./wire-error.ts";

/** How `execute` ended for one request: its answer, nothing (a sender answers), or another turn. */
export type StubOutcome = InferenceResponse | "none" | "rescheduled";

/**
 * Reads one outcome. Outputs that nobody has asked for are given back.
 *
 * @throws {WireError} if it cannot be
 */
export function decodeOutcome(
  cursor: FrameCursor,
  requestedOutputs: readonly string[],
): StubOutcome {
  const at = cursor.take(OUTCOME_BYTES);
  const { frame } = cursor;
  const kind = frame.readUInt8(at);
  const code = frame.readUInt8(at + 1);
  const outputCount = frame.readUInt16LE(at + 2);
  const message = cursor.text(frame.readUInt32LE(at + 4));
  const parametersText = cursor.text(frame.readUInt32LE(at + 8));
  cursor.align();
  const outputs = cursor.tensors(outputCount);
  if (kind !== OutcomeKind.Response) {
    releaseAll(outputs);
    if (kind > OutcomeKind.Rescheduled) {
      throw new WireError(`an outcome of kind ${kind}`);
    }
    return kind === OutcomeKind.None ? "none" : "rescheduled";
  }
  if (code !== NO_ERROR) {
    releaseAll(outputs);
    return InferenceResponse.failed(new TritonError(statusCode(code), message));
  }
  const response = InferenceResponse.ok(pruneOutputs(outputs, requestedOutputs));
  if (parametersText !== "") {
    response.parameters = parseParameters(parametersText, response);
  }
  return response;
}

const CODES: ReadonlySet<number> = new Set(Object.values(StatusCode));

/** The status code of a number from the wire; Unknown for one that there is not. */
export function statusCode(code: number): StatusCode {
  // The set holds exactly the codes.
  return CODES.has(code) ? (code as StatusCode) : StatusCode.Unknown;
}

function pruneOutputs(outputs: readonly Tensor[], requested: readonly string[]): Tensor[] {
  const kept: Tensor[] = [];
  for (const output of outputs) {
    if (requested.includes(output.name)) {
      kept.push(output);
    } else {
      output.memory?.release();
    }
  }
  return kept;
}

function parseParameters(text: string, response: InferenceResponse): Map<string, ParameterValue> {
  try {
    return parametersFrom(parseExactJson(text));
  } catch (error) {
    response.release();
    throw error;
  }
}

/**
 * The members of a JSON object as parameters: whole numbers are bigint.
 *
 * @throws {WireError} if it is no object, or has members that are no scalars
 */
export function parametersFrom(parsed: unknown): Map<string, ParameterValue> {
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new WireError("parameters that are no object");
  }
  const parameters = new Map<string, ParameterValue>();
  for (const [name, value] of Object.entries(parsed)) {
    parameters.set(name, parameterFrom(value));
  }
  return parameters;
}

function parameterFrom(value: unknown): ParameterValue {
  if (typeof value === "number") {
    return Number.isInteger(value) ? BigInt(value) : value;
  }
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") {
    return value;
  }
  throw new WireError("a parameter that is no scalar");
}

function releaseAll(tensors: readonly Tensor[]): void {
  for (const { memory } of tensors) {
    memory?.release();
  }
}
