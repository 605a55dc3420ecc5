import { basename } from "node:path";
import { TritonError } from "../api/model-error.ts";

/** How Node begins the stack of a file that it cannot parse: its path and a line, on a line of their own. */
const UNPARSED_FILE = /^([^\n]+):(\d+)\n/;

/**
 * What an answer says of something thrown: one line, as the last of a Python traceback. Like Python's, it says where a file
 * does not parse, since no stack does.
 */
export function errorText(reason: unknown): string {
  if (reason instanceof TritonError) {
    return reason.message;
  }
  if (!(reason instanceof Error)) {
    return String(reason);
  }
  const text = `${reason.name}: ${reason.message}`;
  const [, path, line] =
    reason instanceof SyntaxError ? (UNPARSED_FILE.exec(reason.stack ?? "") ?? []) : [];
  return path === undefined ? text : `${text} (${basename(path)}, line ${line})`;
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
