import { statusCodeName, TritonError } from "@nereid/protocol";
import { ParseError } from "./parse-error.ts";
import { formatUsage } from "./usage.ts";

/**
 * What tritonserver writes to stderr when it cannot start, before it exits with status 1: the usage text and the reason
 * below it, where it is seen first, for a wrong command line; one line for a server that could not be created.
 *
 * @see Triton server src/main.cc, src/common.h `FAIL_IF_ERR`
 */
export function startFailureText(error: unknown, program: string): string {
  if (error instanceof ParseError) {
    return `${formatUsage(program)}${error.message}\n`;
  }
  return `error: creating server: ${describeError(error)}\n`;
}

/** `<code> - <message>` as Triton's logs name an error. What is not a TritonError is a bug and shown with its stack. */
export function describeError(error: unknown): string {
  if (error instanceof TritonError) {
    return `${statusCodeName(error.code)} - ${error.message}`;
  }
  return `Internal - ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
