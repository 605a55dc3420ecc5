/**
 * The eight transport-free outcome codes. Every front end maps them to its own status in one file; nothing else knows
 * an HTTP or gRPC status number. The numbers are those of `TRITONSERVER_Error_Code`.
 *
 * @see Triton core include/triton/core/tritonserver.h
 */
export const StatusCode = {
  Unknown: 0,
  Internal: 1,
  NotFound: 2,
  InvalidArg: 3,
  Unavailable: 4,
  Unsupported: 5,
  AlreadyExists: 6,
  Cancelled: 7,
} as const;

export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode];

const NAMES: readonly string[] = [
  "Unknown",
  "Internal",
  "Not found",
  "Invalid argument",
  "Unavailable",
  "Unsupported",
  "Already exists",
  "<invalid code>",
];

/**
 * The code as Triton prints it in logs, in the repository index's `reason` and in start-up errors. `Cancelled` has no
 * name there and prints `<invalid code>`.
 */
export function statusCodeName(code: StatusCode): string {
  return NAMES[code] ?? "<invalid code>";
}
