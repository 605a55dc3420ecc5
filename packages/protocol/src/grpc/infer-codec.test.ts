// Tests the gRPC codecs, requests in and responses out, against recorded answers of the real server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fromBinary, toJson } from "@bufbuild/protobuf";
import { ModelInferResponseSchema } from "../gen/inference/grpc_service_pb.ts";
import type { DecodedInferRequest, ParameterValue } from "../rest/decoded-infer-request.ts";
import type { ResponseTensor } from "../rest/encode-infer-response.ts";
import { StatusCode } from "../status-code.ts";
import type { Datatype } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import { decodeModelInferRequest } from "./decode-model-infer-request.ts";
import { encodeModelInferResponse } from "./encode-model-infer-response.ts";
import { GrpcResponseTemplate } from "./grpc-response-template.ts";
import { inferRequestFromGrpc } from "./infer-request-from-grpc.ts";
import { WireFormatError } from "./wire-format-error.ts";

/** One exchange with the real server; see the file's provenance. */
interface GoldenCase {
  readonly note: string;
  readonly request: string;
  /** The gRPC status; -1 if the server died. */
  readonly code: number;
  readonly message?: string;
  readonly answer?: string;
}

const golden = JSON.parse(
  readFileSync(new URL("../../testdata/grpc-codec.golden.json", import.meta.url), "utf8"),
) as { readonly cases: readonly GoldenCase[] };

const GRPC_NUMBERS: Readonly<Record<StatusCode, number>> = {
  [StatusCode.Unknown]: 2,
  [StatusCode.Internal]: 13,
  [StatusCode.NotFound]: 5,
  [StatusCode.InvalidArg]: 3,
  [StatusCode.Unavailable]: 14,
  [StatusCode.Unsupported]: 12,
  [StatusCode.AlreadyExists]: 6,
  [StatusCode.Cancelled]: 1,
};
const MALFORMED = { code: 13, message: "Unable to parse request" };

/** Errors of what stands before the conversion (the look-up of the model) and behind it (the core, the backend). */
const EARLIER_ERRORS =
  /^(Request for unknown model|failed to get model version|invalid model version)/;
const LATER_ERRORS =
  /^\[request id: [^\]]*\] (?!(in|out)put '.*' already)|^unexpected inference|^class result/s;

/** What the identity backend answers with each response. */
const IDENTITY_PARAMETERS: ReadonlyMap<string, ParameterValue> = new Map<string, ParameterValue>([
  ["param0", "an example string parameter"],
  ["param1", 42n],
  ["param2", false],
  ["param3", 123.123],
]);
const LABELS = ["cat", "dog", "", 'bi"rd', "fish"];

interface Outcome {
  readonly code: number;
  readonly message?: string;
  readonly request?: DecodedInferRequest;
  readonly modelName?: string;
}

function outcomeOf(bytes: Uint8Array): Outcome {
  try {
    const message = decodeModelInferRequest(bytes);
    const request = inferRequestFromGrpc(message, ({ region }) => {
      const text = `Unable to find shared memory region: '${region}'`;
      throw new TritonError(StatusCode.NotFound, text);
    });
    return { code: 0, request, modelName: message.modelName };
  } catch (error) {
    if (error instanceof WireFormatError) {
      return MALFORMED;
    }
    assert.ok(error instanceof TritonError, String(error));
    return { code: GRPC_NUMBERS[error.code], message: error.message };
  }
}

/** Versions since 2.51 refuse an output that is asked for twice. */
function refusesOutputTwice({ message = "" }: Outcome): boolean {
  return /^\[request id: [^\]]*\] output '.*' already exists in request$/.test(message);
}

test("requests are refused with the real server's words, and as malformed where it says so", () => {
  let compared = 0;
  for (const { note, request, code, message = "" } of golden.cases) {
    const bytes = Buffer.from(request, "base64");
    const outcome = outcomeOf(bytes);
    if (EARLIER_ERRORS.test(message) || (refusesOutputTwice(outcome) && !/already/.test(message))) {
      continue;
    }
    compared++;
    const isAccepted = code <= 0 || LATER_ERRORS.test(message);
    assert.deepEqual(
      { note, request, code: outcome.code, message: outcome.message },
      { note, request, code: isAccepted ? 0 : code, message: isAccepted ? undefined : message },
    );
  }
  assert.ok(compared > 2000, `${compared} compared`);
});

/** What the identity backend answers: each input as the output of the same number. */
function identityOutputs(request: DecodedInferRequest): ResponseTensor[] {
  const outputs = request.inputs.map(({ name, datatype, shape, bytes }) => ({
    name: name.replace("INPUT", "OUTPUT"),
    datatype: datatype as Datatype,
    shape,
    bytes,
  }));
  return outputs.filter(
    ({ name }) => request.outputs.length === 0 || request.outputs.some((out) => out.name === name),
  );
}

function encodeAnswer(request: DecodedInferRequest, modelName: string): Uint8Array {
  const template = new GrpcResponseTemplate({
    name: modelName.replace(/\0.*/s, ""),
    versionText: "1",
    batchSizeMax: modelName.startsWith("cls_") ? 8 : 0,
    outputs: [
      { name: "OUTPUT0", labels: modelName.startsWith("cls_") ? LABELS : null },
      { name: "OUTPUT1", labels: null },
    ],
  });
  const outputs = identityOutputs(request);
  const encoded = encodeModelInferResponse(template, request, {
    outputs,
    parameters: IDENTITY_PARAMETERS,
  });
  const bytes = new Uint8Array(encoded.byteSize);
  assert.equal(encoded.writeWhole(bytes, 0), encoded.byteSize);
  return bytes;
}

/** A message without the order of its parameters, which is not fixed in the real server. */
function contentOf(bytes: Uint8Array): unknown {
  return toJson(ModelInferResponseSchema, fromBinary(ModelInferResponseSchema, bytes));
}

/** Of 2^32 classes the real server keeps 32 bits, so it returns none; we return all there are. */
const CLASS_COUNT_WRAPS = "classification int64_param 4294967296";

test("responses say what the real server's do, in as many bytes", () => {
  let compared = 0;
  for (const { note, request, answer } of golden.cases) {
    if (answer === undefined || note === CLASS_COUNT_WRAPS) {
      continue;
    }
    const outcome = outcomeOf(Buffer.from(request, "base64"));
    if (outcome.request === undefined || outcome.modelName === undefined) {
      assert.ok(refusesOutputTwice(outcome), note);
      continue;
    }
    compared++;
    const expected = Buffer.from(answer, "base64");
    const actual = encodeAnswer(outcome.request, outcome.modelName);
    assert.deepEqual(
      { note, ...Object(contentOf(actual)) },
      { note, ...Object(contentOf(expected)) },
    );
    assert.equal(actual.byteLength, expected.byteLength);
  }
  assert.ok(compared > 350, `${compared} compared`);
});

test("outputs that cannot be classified are refused with the real server's words", () => {
  let compared = 0;
  for (const { note, request, code, message } of golden.cases) {
    if (message?.startsWith("class result") !== true) {
      continue;
    }
    compared++;
    const { request: decoded, modelName = "" } = outcomeOf(Buffer.from(request, "base64"));
    assert.ok(decoded !== undefined, note);
    assert.throws(
      () => encodeAnswer(decoded, modelName),
      (error) =>
        error instanceof TritonError &&
        GRPC_NUMBERS[error.code] === code &&
        error.message === message,
    );
  }
  assert.equal(compared, 3);
});
