import { StatusCode, tritonErrorFrom, WireFormatError } from "@nereid/protocol";

/**
 * The statuses that a call can end with. The only place that knows these numbers.
 *
 * @see gRPC, doc/statuscodes.md
 */
export const GrpcStatus = {
  Ok: 0,
  Cancelled: 1,
  Unknown: 2,
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  AlreadyExists: 6,
  ResourceExhausted: 8,
  Unimplemented: 12,
  Internal: 13,
  Unavailable: 14,
} as const;
/** One of the statuses. */
export type GrpcStatus = (typeof GrpcStatus)[keyof typeof GrpcStatus];

/** How a call ends that is not answered. An empty message is none. */
export class GrpcFailure extends Error {
  override readonly name = "GrpcFailure";
  readonly status: GrpcStatus;

  constructor(status: GrpcStatus, message: string) {
    super(message);
    this.status = status;
  }
}

/** How a call ends with what was thrown or rejected on its way: an error of gRPC itself, of a codec, or of the engine. */
export function failureFrom(reason: unknown): GrpcFailure {
  if (reason instanceof GrpcFailure) {
    return reason;
  }
  if (reason instanceof WireFormatError) {
    return MALFORMED_REQUEST;
  }
  const { code, message } = tritonErrorFrom(reason);
  return new GrpcFailure(grpcStatus(code), message);
}

/**
 * The status of an error code.
 *
 * @see Triton server src/grpc/grpc_utils.cc, GrpcStatusUtil
 */
function grpcStatus(code: StatusCode): GrpcStatus {
  switch (code) {
    case StatusCode.Unknown:
      return GrpcStatus.Unknown;
    case StatusCode.Internal:
      return GrpcStatus.Internal;
    case StatusCode.NotFound:
      return GrpcStatus.NotFound;
    case StatusCode.InvalidArg:
      return GrpcStatus.InvalidArgument;
    case StatusCode.Unavailable:
      return GrpcStatus.Unavailable;
    case StatusCode.Unsupported:
      return GrpcStatus.Unimplemented;
    case StatusCode.AlreadyExists:
      return GrpcStatus.AlreadyExists;
    case StatusCode.Cancelled:
      return GrpcStatus.Cancelled;
  }
}

/** A request whose bytes are no message, or that has none. */
export const MALFORMED_REQUEST: GrpcFailure = new GrpcFailure(
  GrpcStatus.Internal,
  "Unable to parse request",
);

/** A call whose time is over. */
export const DEADLINE_EXCEEDED: GrpcFailure = new GrpcFailure(
  GrpcStatus.DeadlineExceeded,
  "Deadline Exceeded",
);

/** An inference that came after the server began to shut down. */
export const SHUTTING_DOWN: GrpcFailure = new GrpcFailure(
  GrpcStatus.Unavailable,
  "GRPC server is shutting down and has stopped accepting new requests.",
);
