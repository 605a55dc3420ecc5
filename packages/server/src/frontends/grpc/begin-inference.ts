import {
  type DecodedGrpcInferRequest,
  type DecodedInferRequest,
  inferRequestFromGrpc,
  TritonError,
} from "@nereid/protocol";
import type { ModelHandle } from "../../model/model-host.ts";
import { InferenceRequest, type ResponseSender } from "../../model/request.ts";
import { fillRequest, refuseRegion } from "../semantics/fill-request.ts";
import { parseModelVersion } from "../semantics/model-version-text.ts";
import type { CallHead } from "./call-head.ts";
import type { GrpcServices } from "./grpc-services.ts";
import { SHUTTING_DOWN } from "./grpc-status.ts";

/**
 * The model that a request is for.
 *
 * @throws {TritonError} the lookup errors
 * @throws {GrpcFailure} Unavailable while the server shuts down
 */
export function findModel(services: GrpcServices, message: DecodedGrpcInferRequest): ModelHandle {
  if (services.isShuttingDown) {
    throw SHUTTING_DOWN;
  }
  const version = parseModelVersion(message.modelVersion);
  const name = message.modelName;
  // The real server reads it as a C text.
  return services.server.getModel(
    message.hasZeroCharacter ? (name.split("\0", 1)[0] ?? "") : name,
    version,
  );
}

/** A request on its way to the engine, and the form in which its answer is wanted. */
export interface PreparedInference {
  readonly decoded: DecodedInferRequest;
  readonly request: InferenceRequest;
}

/**
 * The engine's request that a message asks for.
 *
 * @throws {TritonError} for what the message has no right to say
 */
export function prepareInference(
  services: GrpcServices,
  head: CallHead,
  model: ModelHandle,
  message: DecodedGrpcInferRequest,
  sender: ResponseSender,
): PreparedInference {
  const decoded = inferRequestFromGrpc(message, refuseRegion);
  const request = new InferenceRequest(model.spec, sender, services.server.clock.nowNs());
  fillRequest(request, decoded);
  const { forwarded } = head;
  if (forwarded !== null) {
    if (forwarded instanceof TritonError) {
      throw forwarded;
    }
    const parameters = request.parameters ?? new Map();
    for (const [name, value] of forwarded) {
      parameters.set(name, value);
    }
    request.parameters = parameters;
  }
  return { decoded, request };
}

/** Says in the log, if it wants to know, why an inference was refused. */
export function logRefusal(services: GrpcServices, id: string, reason: unknown): void {
  const { log } = services.server;
  if (log.isVerbose(1)) {
    const message = reason instanceof Error ? reason.message : String(reason);
    log.verbose(1, `[request id: ${id === "" ? "<id_unknown>" : id}] Infer failed: ${message}`);
  }
}
