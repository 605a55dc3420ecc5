import { chunkedBody, httpRequest, inferRequest } from "../http-request.ts";
import { infer, type Suite, send, sendRaw, testCase } from "../suite.ts";
import { identityOf, simpleModel } from "./sample-models.ts";

const VERSION = [/"version":"[^"]*"/, '"version":"<version>"'] as const;
const IDENTITY = { inputs: [{ name: "INPUT0", datatype: "FP32", shape: [2], data: [1, 2] }] };
const IDENTITY_TEXT = JSON.stringify(IDENTITY);

/** Three requests in one write, the first of which takes the longest. */
const PIPELINE = Buffer.concat([
  inferRequest("identity_fp32", IDENTITY),
  httpRequest("/v2/models/simple"),
  httpRequest("/v2/nothing"),
]);

/** Routing, methods, framing: everything before a handler looks at the body. */
export const httpSuite: Suite = {
  name: "L0_http",
  about: "health, metadata, routing, methods and HTTP framing",
  models: [simpleModel(), identityOf("FP32")],
  flags: [],
  cases: [
    testCase("health_live", send("/v2/health/live")),
    testCase("health_ready", send("/v2/health/ready")),
    testCase("health_is_no_route", send("/v2/health")),
    testCase("server_metadata", send("/v2", { masks: [VERSION] })),
    testCase("server_version", send("/v2")),
    testCase("server_metadata_trailing_slash", send("/v2/")),
    testCase("server_metadata_query", send("/v2?a=b&c", { masks: [VERSION] })),
    testCase("root", send("/")),
    testCase("unknown_route", send("/v3")),
    testCase("unknown_route_post", send("/v2/nothing", { body: "{}" })),
    testCase("unknown_health", send("/v2/health/alive")),
    testCase("models_without_name", send("/v2/models")),
    testCase("models_with_empty_name", send("/v2/models/")),
    testCase("model_metadata", send("/v2/models/simple")),
    testCase("model_metadata_version", send("/v2/models/simple/versions/1")),
    testCase("model_metadata_no_batching", send("/v2/models/identity_fp32")),
    testCase("model_metadata_trailing_slash", send("/v2/models/simple/")),
    testCase("model_metadata_query", send("/v2/models/simple?x=1")),
    testCase("model_metadata_encoded", send("/v2/models/sim%70le")),
    testCase("model_metadata_encoded_slash", send("/v2/models/simple%2Fready")),
    testCase("model_metadata_fragment", send("/v2/models/simple#part")),
    testCase("model_metadata_unknown", send("/v2/models/nothing")),
    testCase("model_metadata_unknown_quote", send('/v2/models/no"thing')),
    testCase("model_metadata_unknown_utf8", send("/v2/models/\u00c3\u00a9")),
    testCase("model_metadata_unknown_version", send("/v2/models/simple/versions/2")),
    testCase("model_metadata_version_zero", send("/v2/models/simple/versions/0")),
    testCase("model_metadata_version_leading_zero", send("/v2/models/simple/versions/01")),
    testCase("model_metadata_version_negative", send("/v2/models/simple/versions/-1")),
    testCase("model_metadata_version_word", send("/v2/models/simple/versions/one")),
    testCase("model_metadata_version_empty", send("/v2/models/simple/versions/")),
    testCase("model_metadata_versions", send("/v2/models/simple/versions")),
    testCase(
      "model_metadata_version_largest",
      send("/v2/models/simple/versions/9223372036854775807"),
    ),
    testCase(
      "model_metadata_version_too_large",
      send("/v2/models/simple/versions/9223372036854775808"),
    ),
    testCase("model_ready", send("/v2/models/simple/ready")),
    testCase("model_ready_version", send("/v2/models/simple/versions/1/ready")),
    testCase("model_ready_unknown", send("/v2/models/nothing/ready")),
    testCase("model_ready_unknown_version", send("/v2/models/simple/versions/7/ready")),
    testCase(
      "model_ready_version_too_large",
      send("/v2/models/simple/versions/99999999999999999999/ready"),
    ),
    testCase("model_config_unknown", send("/v2/models/nothing/config")),
    testCase("model_config_unknown_version", send("/v2/models/simple/versions/7/config")),
    testCase("model_stats_unknown", send("/v2/models/nothing/stats")),
    testCase("model_stats_unknown_version", send("/v2/models/simple/versions/7/stats")),
    testCase("model_unknown_verb", send("/v2/models/simple/start")),
    testCase("model_infer_unknown", infer("nothing", IDENTITY)),
    testCase("model_infer_unknown_version", infer("identity_fp32", IDENTITY, { version: "3" })),
    testCase("model_infer_version", infer("identity_fp32", IDENTITY, { version: "1" })),
    testCase(
      "model_infer_version_too_large",
      infer("identity_fp32", IDENTITY, { version: "99999999999999999999" }),
    ),
    testCase("method_get_infer", send("/v2/models/simple/infer")),
    testCase("method_post_metadata", send("/v2", { body: "" })),
    testCase("method_post_model_metadata", send("/v2/models/simple", { body: "{}" })),
    testCase("method_post_live", send("/v2/health/live", { method: "POST" })),
    testCase("method_post_ready", send("/v2/models/simple/ready", { method: "POST" })),
    testCase("method_post_config", send("/v2/models/simple/config", { method: "POST" })),
    testCase("method_post_stats", send("/v2/models/simple/stats", { method: "POST" })),
    testCase("method_put_infer", send("/v2/models/simple/infer", { method: "PUT", body: "{}" })),
    testCase("method_delete_model", send("/v2/models/simple", { method: "DELETE" })),
    testCase("method_options", send("/v2/models/simple/infer", { method: "OPTIONS" })),
    testCase("method_get_index", send("/v2/repository/index")),
    testCase("method_get_load", send("/v2/repository/models/simple/load")),
    testCase("method_get_generate", send("/v2/models/simple/generate")),
    testCase("method_put_trace", send("/v2/trace/setting", { method: "PUT", body: "{}" })),
    testCase("method_put_logging", send("/v2/logging", { method: "PUT", body: "{}" })),
    testCase("method_unknown", sendRaw("FETCH /v2 HTTP/1.1\r\nHost: x\r\n\r\n")),
    testCase("method_lower_case", sendRaw("get /v2 HTTP/1.1\r\nHost: x\r\n\r\n")),
    testCase("control_none_load", send("/v2/repository/models/simple/load", { body: "{}" })),
    testCase("control_none_unload", send("/v2/repository/models/simple/unload", { body: "{}" })),
    testCase("http_1_0", sendRaw("GET /v2/models/identity_fp32 HTTP/1.0\r\n\r\n")),
    testCase("no_host", sendRaw("GET /v2/models/identity_fp32 HTTP/1.1\r\n\r\n")),
    testCase(
      "absolute_form",
      sendRaw("GET http://localhost/v2/models/identity_fp32 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ),
    testCase("not_http", sendRaw("hello\r\n\r\n", { timeoutMs: 1500 })),
    testCase(
      "header_names_any_case",
      sendRaw(
        `POST /v2/models/identity_fp32/infer HTTP/1.1\r\nhOST: x\r\ncOnTeNt-LeNgTh: ${IDENTITY_TEXT.length}\r\n\r\n${IDENTITY_TEXT}`,
      ),
    ),
    testCase(
      "chunked",
      sendRaw(
        Buffer.concat([
          httpRequest("/v2/models/identity_fp32/infer", {
            method: "POST",
            headers: { "Transfer-Encoding": "chunked" },
          }),
          chunkedBody(Buffer.from(IDENTITY_TEXT), 10),
        ]),
      ),
    ),
    testCase(
      "chunked_one_byte",
      sendRaw(
        Buffer.concat([
          httpRequest("/v2/models/identity_fp32/infer", {
            method: "POST",
            headers: { "Transfer-Encoding": "chunked" },
          }),
          chunkedBody(Buffer.from(IDENTITY_TEXT), 1),
        ]),
      ),
    ),
    testCase(
      "chunked_too_many",
      sendRaw(
        Buffer.concat([
          httpRequest("/v2/models/identity_fp32/infer", {
            method: "POST",
            headers: { "Transfer-Encoding": "chunked" },
          }),
          chunkedBody(Buffer.from(IDENTITY_TEXT.padEnd(65_537)), 1),
        ]),
      ),
    ),
    testCase("pipelined_first", sendRaw(PIPELINE)),
    testCase("pipelined_second", sendRaw(PIPELINE, { answerIndex: 1 })),
    testCase("pipelined_third", sendRaw(PIPELINE, { answerIndex: 2, timeoutMs: 1500 })),
    testCase(
      "chunked_bad_size",
      sendRaw(
        "POST /v2/models/identity_fp32/infer HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        { timeoutMs: 1500 },
      ),
    ),
    testCase(
      "truncated_body",
      sendRaw(inferRequest("identity_fp32", IDENTITY).subarray(0, -10), {
        isEnded: true,
        timeoutMs: 1500,
      }),
    ),
    testCase(
      "content_length_bad",
      sendRaw("POST /v2/models/simple/infer HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n{}", {
        timeoutMs: 1500,
      }),
    ),
    testCase(
      "content_length_negative",
      sendRaw("POST /v2/models/simple/infer HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}", {
        timeoutMs: 1500,
      }),
    ),
    testCase(
      "content_length_short",
      sendRaw(
        `POST /v2/models/identity_fp32/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\nConnection: close\r\n\r\n${IDENTITY_TEXT}`,
      ),
    ),
    testCase(
      "post_without_length",
      sendRaw("POST /v2/models/simple/infer HTTP/1.1\r\nHost: x\r\n\r\n", { timeoutMs: 1500 }),
    ),
    testCase(
      "expect_continue",
      sendRaw(
        httpRequest("/v2/models/identity_fp32/infer", {
          headers: { Expect: "100-continue" },
          body: IDENTITY_TEXT,
        }),
      ),
    ),
    testCase("long_header", send("/v2/health/live", { headers: { "X-Long": "a".repeat(4000) } })),
    testCase("get_with_body", send("/v2/health/live", { method: "GET", body: "hello" })),
    testCase("metrics_other_path", { ...send("/v2/health/live"), port: "metrics" }),
    testCase("metrics_root", { ...send("/"), port: "metrics" }),
    testCase("metrics_post", { ...send("/metrics", { body: "" }), port: "metrics" }),
  ],
};
