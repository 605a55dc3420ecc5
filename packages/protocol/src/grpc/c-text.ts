import { StatusCode } from "../status-code.ts";
import { TritonError } from "../triton-error.ts";

/** A text as the real server's C interface takes it: up to its first zero character. @internal */
export function cText(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/** An error with a message as the C interface takes it: a name with a zero character ends it. @internal */
export function invalidError(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, cText(message));
}
