import { StatusCode, TritonError } from "@nereid/protocol";

/** A configuration that breaks a rule. */
export function invalidConfig(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}
