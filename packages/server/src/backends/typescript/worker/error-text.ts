import { TritonError } from "../api/model-error.ts";

/** What an answer says of something thrown: one line, as the last of a Python traceback. */
export function errorText(reason: unknown): string {
  if (reason instanceof TritonError) {
    return reason.message;
  }
  return reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
}

/** What the log says of something thrown. */
export function errorStack(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? errorText(reason)) : String(reason);
}

/** What kind of value a model has given, for messages. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) {
    return String(value);
  }
  return typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;
}
