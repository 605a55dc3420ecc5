import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError, WireFormatError } from "@nereid/protocol";
import { failureFrom, GrpcFailure, GrpcStatus, MALFORMED_REQUEST } from "./grpc-status.ts";

test("every error code has the status of the real server", () => {
  const statuses: Readonly<Record<StatusCode, number>> = {
    [StatusCode.Unknown]: 2,
    [StatusCode.Internal]: 13,
    [StatusCode.NotFound]: 5,
    [StatusCode.InvalidArg]: 3,
    [StatusCode.Unavailable]: 14,
    [StatusCode.Unsupported]: 12,
    [StatusCode.AlreadyExists]: 6,
    [StatusCode.Cancelled]: 1,
  };
  for (const code of Object.values(StatusCode)) {
    const { status, message } = failureFrom(new TritonError(code, "why"));
    assert.deepEqual([status, message], [statuses[code], "why"]);
  }
});

test("bytes that are no message are Internal, a failure stays itself, a bug is Internal", () => {
  assert.equal(failureFrom(new WireFormatError("a size", 3)), MALFORMED_REQUEST);
  const failure = new GrpcFailure(GrpcStatus.ResourceExhausted, "too large");
  assert.equal(failureFrom(failure), failure);
  assert.equal(failureFrom(new Error("a bug")).status, GrpcStatus.Internal);
});
