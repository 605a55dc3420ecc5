import type { ResponseParameter } from "../api/inference-response.ts";
import { errorCodeNumber, TritonError } from "../api/model-error.ts";
import type { WireOutcome } from "../wire/outcome-codec.ts";
import type { WireParameter } from "../wire/parameter-codec.ts";
import { checkOutputs, type OutputRules } from "./check-outputs.ts";
import { errorText, typeName } from "./error-text.ts";

/** An error as it crosses. @param prefix what the message begins with */
export function failedOutcome(reason: unknown, prefix = ""): WireOutcome {
  const code = reason instanceof TritonError ? reason.code : "INTERNAL";
  return { kind: "failed", code: errorCodeNumber(code), message: prefix + errorText(reason) };
}

/**
 * What a model gives as an answer, checked and without the outputs that the client has not asked for.
 *
 * @param request its rows, and the outputs that are wanted
 * @throws {TritonError} for what is no answer
 */
export function outcomeOf(
  rules: OutputRules,
  answer: unknown,
  request: { readonly batchSize: number; readonly requestedOutputs: readonly string[] },
): WireOutcome {
  if (answer instanceof TritonError) {
    return failedOutcome(answer);
  }
  if (typeof answer !== "object" || answer === null || answer instanceof Error) {
    throw new TritonError(
      `Expected an 'InferenceResponse' object in the execute function return list, found type '${typeName(answer)}'.`,
    );
  }
  const { outputs = [], parameters, error } = answer as Record<string, unknown>; // of any kind: each is checked
  if (error !== undefined && error !== null) {
    return failedOutcome(error);
  }
  const checked = checkOutputs(rules, outputs, request.batchSize);
  return {
    kind: "answered",
    parameters: checkParameters(parameters),
    outputs: checked.filter(({ name }) => request.requestedOutputs.includes(name)),
  };
}

function checkParameters(parameters: unknown): ReadonlyMap<string, WireParameter> | null {
  if (parameters === undefined || parameters === null) {
    return null;
  }
  if (typeof parameters !== "object") {
    throw new TritonError(
      `Expected an object of response parameters, found type '${typeName(parameters)}'.`,
    );
  }
  const entries: Iterable<[unknown, unknown]> =
    parameters instanceof Map ? parameters : Object.entries(parameters);
  const checked = new Map<string, ResponseParameter>();
  for (const [key, value] of entries) {
    if (typeof key !== "string") {
      throw new TritonError(
        `Expect parameters keys to have type str, found type '${typeName(key)}'`,
      );
    }
    checked.set(key, checkParameter(value));
  }
  return checked;
}

function checkParameter(value: unknown): ResponseParameter {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return value;
    case "number":
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    default:
      throw new TritonError(
        `Expect parameters values to have type bool/int/str, found type '${typeName(value)}'`,
      );
  }
}
