import { inferRequest } from "../http-request.ts";
import { infer, type Suite, send, sendRaw, testCase } from "../suite.ts";
import { jsonInput } from "./infer-data.ts";
import { identityOf } from "./sample-models.ts";

const REQUEST = jsonInput("FP32", [1], "[1]");
const KEY = { "infer-key": "secret" };

/** APIs that need a header. */
export const restrictedApiSuite: Suite = {
  name: "L0_http_restricted_api",
  about: "restricted APIs: with, without and with the wrong header",
  models: [identityOf("FP32")],
  flags: [
    "--http-restricted-api=inference,model-repository:infer-key=secret",
    "--http-restricted-api=metadata,trace,logging,statistics:Admin-Key=a value=1",
  ],
  cases: [
    testCase("infer_without", infer("identity_fp32", REQUEST)),
    testCase("infer_with", infer("identity_fp32", REQUEST, { headers: KEY })),
    testCase("infer_wrong", infer("identity_fp32", REQUEST, { headers: { "infer-key": "other" } })),
    testCase("infer_empty", infer("identity_fp32", REQUEST, { headers: { "infer-key": "" } })),
    testCase(
      "infer_other_case_of_name",
      infer("identity_fp32", REQUEST, { headers: { "INFER-KEY": "secret" } }),
    ),
    testCase(
      "infer_other_case_of_value",
      infer("identity_fp32", REQUEST, { headers: { "infer-key": "Secret" } }),
    ),
    testCase(
      "infer_header_twice",
      sendRaw(
        Buffer.from(
          inferRequest("identity_fp32", REQUEST, { headers: { ...KEY, "Infer-Key": "other" } }),
        ),
      ),
    ),
    testCase("infer_wrong_method_without", send("/v2/models/identity_fp32/infer")),
    testCase("generate_without", send("/v2/models/identity_fp32/generate", { body: "{}" })),
    testCase("index_without", send("/v2/repository/index", { method: "POST" })),
    testCase("index_with", send("/v2/repository/index", { method: "POST", headers: KEY })),
    testCase("load_without", send("/v2/repository/models/identity_fp32/load", { method: "POST" })),
    testCase(
      "load_with",
      send("/v2/repository/models/identity_fp32/load", { method: "POST", headers: KEY }),
    ),
    testCase(
      "unload_without",
      send("/v2/repository/models/identity_fp32/unload", { method: "POST" }),
    ),
    testCase("metadata_without", send("/v2")),
    testCase("model_metadata_without", send("/v2/models/identity_fp32")),
    testCase(
      "model_metadata_with",
      send("/v2/models/identity_fp32", { headers: { "admin-key": "a value=1" } }),
    ),
    testCase("model_metadata_unknown_without", send("/v2/models/nothing")),
    testCase("trace_without", send("/v2/trace/setting")),
    testCase("logging_without", send("/v2/logging")),
    testCase("logging_with", send("/v2/logging", { headers: { "Admin-Key": "a value=1" } })),
    testCase("stats_without", send("/v2/models/stats")),
    testCase("model_stats_without", send("/v2/models/identity_fp32/stats")),
    testCase("config_not_restricted", send("/v2/models/nothing/config")),
    testCase("health_not_restricted", send("/v2/health/live")),
    testCase("ready_not_restricted", send("/v2/models/identity_fp32/ready")),
    testCase("shared_memory_not_restricted", send("/v2/systemsharedmemory/status")),
    testCase("unknown_route", send("/v2/other")),
  ],
};
