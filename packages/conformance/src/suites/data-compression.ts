import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { rawBytes } from "../http-request.ts";
import { type Case, type Suite, send, testCase } from "../suite.ts";
import { BINARY_OUTPUT, binaryInput, jsonInput } from "./infer-data.ts";
import { identityOf } from "./sample-models.ts";

const PATH = "/v2/models/identity_fp32/infer";
const TEXT = jsonInput("FP32", [4], "[1,2,3,4]");
const BINARY_JSON = binaryInput("FP32", [2], 8, BINARY_OUTPUT);
const BINARY_BODY = Buffer.concat([Buffer.from(BINARY_JSON), rawBytes(Float32Array.of(1.5, -2))]);

function compressed(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>>,
): Case["steps"][number] {
  return send(PATH, { body, headers });
}

/** A plain request whose answer may be compressed. */
function accepts(value: string): Case["steps"][number] {
  return send(PATH, { body: TEXT, headers: { "Accept-Encoding": value } });
}

/** Request and response compression. */
export const dataCompressionSuite: Suite = {
  name: "L0_data_compression",
  about: "gzip and deflate of requests and responses, and what is refused",
  models: [identityOf("FP32")],
  flags: [],
  cases: [
    testCase("request_gzip", compressed(gzipSync(TEXT), { "Content-Encoding": "gzip" })),
    testCase("request_deflate", compressed(deflateSync(TEXT), { "Content-Encoding": "deflate" })),
    testCase("request_identity", compressed(TEXT, { "Content-Encoding": "identity" })),
    testCase("request_empty_encoding", compressed(TEXT, { "Content-Encoding": "" })),
    testCase(
      "request_gzip_binary",
      compressed(gzipSync(BINARY_BODY), {
        "Content-Encoding": "gzip",
        "Inference-Header-Content-Length": String(BINARY_JSON.length),
      }),
    ),
    testCase(
      "request_gzip_binary_wrong_length",
      compressed(gzipSync(BINARY_BODY), {
        "Content-Encoding": "gzip",
        "Inference-Header-Content-Length": "10000",
      }),
    ),
    testCase(
      "request_gzip_raw_binary",
      compressed(gzipSync(rawBytes(Float32Array.of(1, 2))), {
        "Content-Encoding": "gzip",
        "Inference-Header-Content-Length": "0",
      }),
    ),
    testCase(
      "request_raw_deflate",
      compressed(deflateRawSync(TEXT), { "Content-Encoding": "deflate" }),
    ),
    testCase(
      "request_gzip_as_deflate",
      compressed(gzipSync(TEXT), { "Content-Encoding": "deflate" }),
    ),
    testCase(
      "request_deflate_as_gzip",
      compressed(deflateSync(TEXT), { "Content-Encoding": "gzip" }),
    ),
    testCase("request_not_compressed", compressed(TEXT, { "Content-Encoding": "gzip" })),
    testCase(
      "request_gzip_cut",
      compressed(gzipSync(TEXT).subarray(0, -12), { "Content-Encoding": "gzip" }),
    ),
    testCase(
      "request_gzip_trailing_bytes",
      compressed(Buffer.concat([gzipSync(TEXT), Buffer.from("more")]), {
        "Content-Encoding": "gzip",
      }),
    ),
    testCase(
      "request_gzip_two_members",
      compressed(Buffer.concat([gzipSync(TEXT.slice(0, 20)), gzipSync(TEXT.slice(20))]), {
        "Content-Encoding": "gzip",
      }),
    ),
    testCase("request_gzip_empty", compressed("", { "Content-Encoding": "gzip" })),
    testCase("request_gzip_of_nothing", compressed(gzipSync(""), { "Content-Encoding": "gzip" })),
    testCase(
      "request_gzip_bad_checksum",
      compressed(Buffer.concat([gzipSync(TEXT).subarray(0, -8), Buffer.alloc(8)]), {
        "Content-Encoding": "gzip",
      }),
    ),
    testCase("request_brotli", compressed(TEXT, { "Content-Encoding": "br" })),
    testCase("request_upper_case", compressed(gzipSync(TEXT), { "Content-Encoding": "GZIP" })),
    testCase(
      "request_two_encodings",
      compressed(gzipSync(TEXT), { "Content-Encoding": "gzip, deflate" }),
    ),
    testCase(
      "request_unknown_other_endpoint",
      send("/v2/repository/index", { body: "{}", headers: { "Content-Encoding": "br" } }),
    ),
    testCase("response_gzip", accepts("gzip")),
    testCase("response_deflate", accepts("deflate")),
    testCase("response_identity", accepts("identity")),
    testCase("response_any", accepts("*")),
    testCase("response_unknown", accepts("br")),
    testCase("response_empty", accepts("")),
    testCase("response_first_wins", accepts("deflate, gzip")),
    testCase("response_first_wins_other_way", accepts("gzip,deflate")),
    testCase("response_weights", accepts("deflate;q=0.5, gzip;q=0.8")),
    testCase("response_weights_identity_best", accepts("gzip;q=0.5, identity;q=0.9")),
    testCase("response_weight_zero", accepts("gzip;q=0")),
    testCase("response_weight_spaces", accepts("gzip ; q=0.5, deflate; q=0.9")),
    testCase("response_weight_bad", accepts("gzip;q=abc")),
    testCase("response_weight_bad_then_good", accepts("gzip;q=abc, deflate;q=0.1")),
    {
      ...testCase("response_weight_huge", accepts("gzip;q=1e999, deflate;q=0.1")),
      isDeadlyForPeer: true,
    },
    testCase("response_unknown_then_known", accepts("br;q=1, gzip;q=0.5")),
    testCase("response_upper_case", accepts("GZIP")),
    testCase(
      "response_error_not_compressed",
      send(PATH, { body: "{}", headers: { "Accept-Encoding": "gzip" } }),
    ),
    testCase(
      "response_gzip_binary",
      send(PATH, {
        body: BINARY_BODY,
        headers: {
          "Accept-Encoding": "gzip",
          "Inference-Header-Content-Length": String(BINARY_JSON.length),
        },
      }),
    ),
    testCase(
      "both",
      compressed(gzipSync(TEXT), { "Content-Encoding": "gzip", "Accept-Encoding": "deflate" }),
    ),
    testCase(
      "response_other_endpoint",
      send("/v2", {
        headers: { "Accept-Encoding": "gzip" },
        masks: [[/"version":"[^"]*"/, '"version":"<version>"']],
      }),
    ),
  ],
};
