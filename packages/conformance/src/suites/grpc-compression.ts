import { deflateSync, gzipSync } from "node:zlib";
import type { GrpcAction } from "../grpc-exchange.ts";
import { encodeRequest, frameOf } from "../grpc-message.ts";
import { call, callRaw, callStream, grpcPath, streamRequest } from "../grpc-step.ts";
import { type Case, type GrpcStep, type Suite, testCase } from "../suite.ts";
import { base64, identityRequest } from "./grpc-requests.ts";
import { identityOf } from "./sample-models.ts";

const MESSAGE = encodeRequest(grpcPath("ModelInfer"), identityRequest());
const GZIP = frameOf(gzipSync(MESSAGE), { flag: 1 });
const DEFLATE = frameOf(deflateSync(MESSAGE), { flag: 1 });
const ACCEPT_ALL = { "grpc-accept-encoding": "identity,deflate,gzip" };
/** Compresses well. */
const ZEROS = identityRequest({
  id: "zeros",
  inputs: [{ name: "INPUT0", datatype: "FP32", shape: [1000] }],
  rawInputContents: [base64(new Uint8Array(4000))],
});
const STILL_SERVES = call("ModelInfer", identityRequest(), { isOnSameConnection: true });

function encoded(encoding: string, ...actions: readonly GrpcAction[]): GrpcStep {
  const headers = { "grpc-encoding": encoding };
  return callRaw("ModelInfer", [...actions, "end"], { headers, timeoutMs: 3000 });
}

const REQUESTS: readonly Case[] = [
  testCase("request_gzip", encoded("gzip", GZIP)),
  testCase("request_deflate", encoded("deflate", DEFLATE)),
  testCase("request_identity", encoded("identity", frameOf(MESSAGE))),
  testCase("request_identity_flag_set", encoded("identity", GZIP), STILL_SERVES),
  testCase("request_gzip_flag_not_set", encoded("gzip", frameOf(MESSAGE))),
  testCase(
    "request_gzip_not_compressed",
    encoded("gzip", frameOf(MESSAGE, { flag: 1 })),
    STILL_SERVES,
  ),
  testCase(
    "request_gzip_cut",
    encoded("gzip", frameOf(gzipSync(MESSAGE).subarray(0, -12), { flag: 1 })),
    STILL_SERVES,
  ),
  testCase(
    "request_gzip_bad_checksum",
    encoded(
      "gzip",
      frameOf(Buffer.concat([gzipSync(MESSAGE).subarray(0, -8), Buffer.alloc(8)]), { flag: 1 }),
    ),
  ),
  testCase(
    "request_gzip_trailing_bytes",
    encoded("gzip", frameOf(Buffer.concat([gzipSync(MESSAGE), Buffer.from("more")]), { flag: 1 })),
  ),
  testCase(
    "request_gzip_empty",
    encoded("gzip", frameOf(new Uint8Array(0), { flag: 1 })),
    STILL_SERVES,
  ),
  testCase("request_gzip_of_nothing", encoded("gzip", frameOf(gzipSync(""), { flag: 1 }))),
  testCase(
    "request_gzip_of_damaged",
    encoded("gzip", frameOf(gzipSync(Uint8Array.of(0xff)), { flag: 1 })),
  ),
  testCase("request_gzip_as_deflate", encoded("deflate", GZIP)),
  testCase("request_deflate_as_gzip", encoded("gzip", DEFLATE)),
  testCase("request_unknown_encoding", encoded("br", frameOf(MESSAGE)), STILL_SERVES),
  testCase("request_unknown_encoding_flag_set", encoded("br", GZIP), STILL_SERVES),
  testCase("request_snappy", encoded("snappy", frameOf(MESSAGE, { flag: 1 }))),
  testCase("request_upper_case", encoded("GZIP", GZIP)),
  testCase("request_empty_encoding", encoded("", frameOf(MESSAGE))),
  testCase(
    "request_gzip_control",
    callRaw("ServerLive", [frameOf(gzipSync(""), { flag: 1 }), "end"], {
      headers: { "grpc-encoding": "gzip" },
    }),
  ),
  testCase(
    "request_unknown_encoding_control",
    callRaw("ServerLive", [frameOf(new Uint8Array(0)), "end"], {
      headers: { "grpc-encoding": "br" },
    }),
  ),
  testCase(
    "stream_mixed",
    callRaw(
      "ModelStreamInfer",
      [
        streamRequest(identityRequest({ id: "1" })),
        frameOf(
          gzipSync(encodeRequest(grpcPath("ModelStreamInfer"), identityRequest({ id: "2" }))),
          { flag: 1 },
        ),
        "end",
      ],
      { headers: { "grpc-encoding": "gzip" } },
    ),
  ),
  testCase(
    "stream_bad_gzip",
    callRaw(
      "ModelStreamInfer",
      [
        streamRequest(identityRequest({ id: "1" })),
        { untilMessages: 1 },
        frameOf(MESSAGE, { flag: 1 }),
        "end",
      ],
      { headers: { "grpc-encoding": "gzip" }, timeoutMs: 3000 },
    ),
    STILL_SERVES,
  ),
];

const RESPONSES: readonly Case[] = [
  ...(
    [
      ["all", "identity,deflate,gzip"],
      ["gzip", "gzip"],
      ["deflate", "deflate"],
      ["deflate_first", "deflate,gzip"],
      ["spaces", "gzip , deflate"],
      ["identity", "identity"],
      ["unknown", "br"],
      ["none", null],
    ] as const
  ).map(([name, accepted]) =>
    testCase(
      `response_${name}`,
      call("ModelInfer", ZEROS, { headers: { "grpc-accept-encoding": accepted } }),
    ),
  ),
  testCase("response_small", call("ModelInfer", identityRequest(), { headers: ACCEPT_ALL })),
  testCase(
    "response_control",
    call(
      "ServerMetadata",
      {},
      { headers: ACCEPT_ALL, masks: [[/"version":"[^"]*"/, '"version":"<version>"']] },
    ),
  ),
  testCase(
    "response_error",
    call("ModelInfer", identityRequest({ modelName: "nothing" }), { headers: ACCEPT_ALL }),
  ),
  testCase(
    "response_stream",
    callStream([ZEROS, ZEROS, identityRequest({ id: "small" })], { headers: ACCEPT_ALL }),
  ),
  testCase(
    "response_stream_error",
    callStream([identityRequest({ modelName: "nothing" })], { headers: ACCEPT_ALL }),
  ),
];

function suiteOf(level: string): Suite {
  return {
    name: `L0_grpc_data_compression_${level}`,
    about: `compressed requests, and responses at level ${level}`,
    models: [identityOf("FP32")],
    flags: [`--grpc-infer-response-compression-level=${level}`],
    cases: level === "none" ? [...REQUESTS, ...RESPONSES] : RESPONSES,
  };
}

/** Compression of requests and, where the server is told to, of responses. */
export const grpcCompressionSuites: readonly Suite[] = ["none", "low", "medium", "high"].map(
  suiteOf,
);
