import type { JsonValue } from "@bufbuild/protobuf";
import type { GrpcAction, GrpcCall } from "./grpc-exchange.ts";
import { encodeRequest, frameOf, INFERENCE_SERVICE } from "./grpc-message.ts";
import type { Look } from "./look.ts";
import type { GrpcStep } from "./suite.ts";

/** How a call is made and looked at. */
export interface CallOptions extends Look, Partial<Pick<GrpcCall, "timeoutMs" | "headers">> {
  readonly until?: NonNullable<GrpcStep["until"]>;
  readonly isOnSameConnection?: boolean;
}

/** The path of a call of the inference service; a path stays as it is. */
export function grpcPath(method: string): string {
  return method.startsWith("/") ? method : `/${INFERENCE_SERVICE}/${method}`;
}

/** A step that makes a call with one request, given as JSON. */
export function call(method: string, request: JsonValue = {}, options: CallOptions = {}): GrpcStep {
  const path = grpcPath(method);
  return callRaw(method, [frameOf(encodeRequest(path, request)), "end"], options);
}

/** A step that makes a call and does what is said: bytes go out as they are. */
export function callRaw(
  method: string,
  actions: readonly GrpcAction[],
  options: CallOptions = {},
): GrpcStep {
  const { headers, ...rest } = options;
  return { kind: "grpc", path: grpcPath(method), headers: headers ?? {}, actions, ...rest };
}

/** A request of a stream of inferences, with its prefix. */
export function streamRequest(request: JsonValue): Uint8Array {
  return frameOf(encodeRequest(grpcPath("ModelStreamInfer"), request));
}

/** A step that opens a stream, sends the requests at once and ends its side. */
export function callStream(requests: readonly JsonValue[], options: CallOptions = {}): GrpcStep {
  return callRaw("ModelStreamInfer", [...requests.map(streamRequest), "end"], options);
}
