import { StatusCode } from "./status-code.ts";

/** The one operating error: a transport-free code and a message whose text is wire contract. */
export class TritonError extends Error {
  override readonly name = "TritonError";
  readonly code: StatusCode;
  /** Whether the request was turned away at once because too many others wait: the same one may succeed soon. */
  isOverload = false;

  constructor(code: StatusCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Converts whatever was thrown at a boundary: a `TritonError` passes unchanged, anything else keeps its message under
 * `code` (Internal unless stated) with the original as its cause.
 */
export function tritonErrorFrom(
  reason: unknown,
  code: StatusCode = StatusCode.Internal,
): TritonError {
  if (reason instanceof TritonError) {
    return reason;
  }
  const message = reason instanceof Error ? reason.message : String(reason);
  return new TritonError(code, message, { cause: reason });
}
