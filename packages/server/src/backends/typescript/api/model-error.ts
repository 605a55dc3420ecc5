/** What kind of error a model answers with; front ends turn it into their own status. */
export type ErrorCode =
  | "UNKNOWN"
  | "INTERNAL"
  | "NOT_FOUND"
  | "INVALID_ARG"
  | "UNAVAILABLE"
  | "UNSUPPORTED"
  | "ALREADY_EXISTS"
  | "CANCELLED";

/** The codes in the order of their numbers. */
export const ERROR_CODES: readonly ErrorCode[] = [
  "UNKNOWN",
  "INTERNAL",
  "NOT_FOUND",
  "INVALID_ARG",
  "UNAVAILABLE",
  "UNSUPPORTED",
  "ALREADY_EXISTS",
  "CANCELLED",
];

/** An error with a code: what a model answers a request with, and what calls of other models reject with. */
export class TritonError extends Error {
  override readonly name = "TritonError";
  readonly code: ErrorCode;

  constructor(message: string, code: ErrorCode = "INTERNAL", options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The code's number on the wire between the threads. */
export function errorCodeNumber(code: unknown): number {
  // Models in JavaScript may give anything.
  const index = ERROR_CODES.indexOf(code as ErrorCode);
  return index < 0 ? ERROR_CODES.indexOf("INTERNAL") : index;
}
