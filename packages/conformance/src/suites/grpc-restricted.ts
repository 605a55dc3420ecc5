import type { JsonObject } from "@bufbuild/protobuf";
import { type CallOptions, call, callRaw, callStream } from "../grpc-step.ts";
import { type GrpcStep, type Suite, testCase } from "../suite.ts";
import { identityRequest } from "./grpc-requests.ts";
import { identityOf } from "./sample-models.ts";

const PREFIX = "triton-grpc-protocol-";
const INFER_KEY = { [`${PREFIX}infer-key`]: "secret" };
const ADMIN_KEY = { [`${PREFIX}admin-key`]: "a value=1" };
/** Of a key that was given in upper case: names of headers have none. */
const UPPER_KEY = { [`${PREFIX}upper-key`]: "1" };

function infer(headers: NonNullable<CallOptions["headers"]>): GrpcStep {
  return call("ModelInfer", identityRequest(), { headers });
}

function withAndWithout(
  name: string,
  method: string,
  request: JsonObject,
  headers: NonNullable<CallOptions["headers"]>,
): readonly ReturnType<typeof testCase>[] {
  return [
    testCase(`${name}_without`, call(method, request)),
    testCase(`${name}_with`, call(method, request, { headers })),
  ];
}

/** Protocols that need a header. */
export const grpcRestrictedSuite: Suite = {
  name: "L0_grpc_restricted_protocol",
  about: "restricted protocols: with, without and with the wrong header",
  models: [identityOf("FP32")],
  flags: [
    "--grpc-restricted-protocol=inference,model-repository:infer-key=secret",
    "--grpc-restricted-protocol=metadata,trace,logging,statistics:admin-key=a value=1",
    "--grpc-restricted-protocol=shared-memory:Upper-Key=1",
  ],
  cases: [
    testCase("infer_without", infer({})),
    testCase("infer_with", infer(INFER_KEY)),
    testCase("infer_wrong", infer({ [`${PREFIX}infer-key`]: "other" })),
    testCase("infer_empty", infer({ [`${PREFIX}infer-key`]: "" })),
    testCase("infer_other_case_of_value", infer({ [`${PREFIX}infer-key`]: "Secret" })),
    testCase("infer_key_without_prefix", infer({ "infer-key": "secret" })),
    testCase("infer_other_key", infer(ADMIN_KEY)),
    testCase("infer_refused_before_message", callRaw("ModelInfer", ["end"], { timeoutMs: 3000 })),
    testCase("stream_without", callStream([identityRequest({ id: "1" })])),
    testCase("stream_without_messages", callRaw("ModelStreamInfer", [], { timeoutMs: 3000 })),
    testCase("stream_with", callStream([identityRequest({ id: "1" })], { headers: INFER_KEY })),
    testCase("stream_wrong_then_infer", callStream([identityRequest()]), infer(INFER_KEY)),
    ...withAndWithout("index", "RepositoryIndex", {}, INFER_KEY),
    ...withAndWithout("load", "RepositoryModelLoad", { modelName: "identity_fp32" }, INFER_KEY),
    ...withAndWithout("unload", "RepositoryModelUnload", { modelName: "identity_fp32" }, INFER_KEY),
    ...withAndWithout("metadata", "ModelMetadata", { name: "identity_fp32" }, ADMIN_KEY),
    testCase("server_metadata_without", call("ServerMetadata")),
    testCase("metadata_unknown_model_without", call("ModelMetadata", { name: "nothing" })),
    ...withAndWithout("trace", "TraceSetting", {}, ADMIN_KEY),
    ...withAndWithout("logging", "LogSettings", {}, ADMIN_KEY),
    ...withAndWithout("statistics", "ModelStatistics", { name: "nothing" }, ADMIN_KEY),
    ...withAndWithout("system_shared_memory", "SystemSharedMemoryStatus", {}, UPPER_KEY),
    ...withAndWithout("cuda_shared_memory", "CudaSharedMemoryStatus", {}, UPPER_KEY),
    testCase("config_not_restricted", call("ModelConfig", { name: "nothing" })),
    testCase("live_not_restricted", call("ServerLive")),
    testCase("ready_not_restricted", call("ModelReady", { name: "identity_fp32" })),
    testCase("health_check_not_restricted", call("/grpc.health.v1.Health/Check")),
  ],
};

/** Health that needs a header. */
export const grpcRestrictedHealthSuite: Suite = {
  name: "L0_grpc_restricted_health",
  about: "the health protocol restricted: which calls it holds",
  models: [identityOf("FP32")],
  flags: ["--grpc-restricted-protocol=health,model-config:key=1"],
  cases: [
    ...withAndWithout("live", "ServerLive", {}, { [`${PREFIX}key`]: "1" }),
    ...withAndWithout("ready", "ServerReady", {}, { [`${PREFIX}key`]: "1" }),
    ...withAndWithout(
      "model_ready",
      "ModelReady",
      { name: "identity_fp32" },
      { [`${PREFIX}key`]: "1" },
    ),
    ...withAndWithout("check", "/grpc.health.v1.Health/Check", {}, { [`${PREFIX}key`]: "1" }),
    ...withAndWithout(
      "config",
      "ModelConfig",
      { name: "identity_fp32" },
      { [`${PREFIX}key`]: "1" },
    ),
    testCase("infer_not_restricted", infer({})),
  ],
};
