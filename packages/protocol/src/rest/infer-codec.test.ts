// Tests the REST codecs, requests in and responses out, against recorded answers of the real server.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { StatusCode } from "../status-code.ts";
import type { Datatype } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import { ByteWriter } from "./byte-writer.ts";
import { decodeInferRequest } from "./decode-infer-request.ts";
import type { DecodedInferRequest, DecodedInput, ParameterValue } from "./decoded-infer-request.ts";
import { encodeInferResponse, type ResponseTensor } from "./encode-infer-response.ts";
import { InferResponseTemplate } from "./infer-response-template.ts";
import { parseInferenceHeaderLength } from "./inference-header-length.ts";
import { resolveRawInput } from "./raw-input.ts";

type Text = string | { readonly base64: string };

/** One exchange with the real server; see the file's provenance. */
interface GoldenCase {
  readonly model: string;
  readonly body: Text;
  readonly header: string | null;
  readonly status: number;
  readonly answer?: Text;
  readonly answerSha256?: string;
  readonly error?: string;
  /** What the sources of the version that we follow say instead. */
  readonly expected273?: "accepted" | { readonly code: StatusCode; readonly message: string };
}

const golden = JSON.parse(
  readFileSync(new URL("../../testdata/infer-codec.golden.json", import.meta.url), "utf8"),
) as { readonly cases: readonly GoldenCase[] };

const CODES: Readonly<Record<number, StatusCode>> = {
  400: StatusCode.InvalidArg,
  404: StatusCode.NotFound,
  500: StatusCode.Internal,
  501: StatusCode.Unsupported,
};

/** Errors of the layers behind the decoder, which must accept these requests. */
const LATER_ERRORS =
  /^\[request id: [^\]]*\] (?!(in|out)put '.*' already)|^unexpected inference|^Unable to find shared memory|^sending |^class result/s;

/** What the identity backend answers with each response. */
const IDENTITY_PARAMETERS: ReadonlyMap<string, ParameterValue> = new Map<string, ParameterValue>([
  ["param0", "an example string parameter"],
  ["param1", 42n],
  ["param2", false],
  ["param3", 123.123],
]);
const LABELS = ["cat", "dog", "", 'bi"rd', "fish"];

function bytesOf(text: Text): Buffer {
  return typeof text === "string"
    ? Buffer.from(text, "latin1")
    : Buffer.from(text.base64, "base64");
}

function decode(golden: GoldenCase): DecodedInferRequest {
  const body = bytesOf(golden.body);
  const headerSize =
    golden.header === null ? null : parseInferenceHeaderLength(golden.header, body.byteLength);
  return decodeInferRequest(body, headerSize, { modelName: golden.model, inputSizeMax: 1 << 26 });
}

function outcomeOf(run: () => void): unknown {
  try {
    run();
    return "accepted";
  } catch (error) {
    assert.ok(error instanceof TritonError, String(error));
    // Messages may hold bytes of the request: they are compared as the real server sent them.
    return { code: error.code, message: Buffer.from(error.message).toString("latin1") };
  }
}

function expectedOutcome({ status, error = "", expected273 }: GoldenCase): unknown {
  if (expected273 !== undefined) {
    return expected273;
  }
  const isAccepted = status === 200 || LATER_ERRORS.test(error);
  return isAccepted ? "accepted" : { code: CODES[status], message: error };
}

test("requests are accepted and refused as by the real server", () => {
  for (const goldenCase of golden.cases) {
    const outcome = outcomeOf(() => decode(goldenCase));
    assert.deepEqual(outcome, expectedOutcome(goldenCase), JSON.stringify(goldenCase));
  }
});

function identityOutput({ name, datatype, shape, bytes }: DecodedInput): ResponseTensor {
  assert.notEqual(datatype, "<invalid>");
  return { name: name.replace("INPUT", "OUTPUT"), datatype: datatype as Datatype, shape, bytes };
}

function identityAnswer(goldenCase: GoldenCase): Buffer {
  const { model } = goldenCase;
  const batchSizeMax = model.startsWith("cls") ? 8 : 0;
  const request = decode(goldenCase);
  if (request.isRaw) {
    const datatype =
      model === "one_str"
        ? "BYTES"
        : (model.slice(model.indexOf("_") + 1).toUpperCase() as Datatype);
    const inputs = [{ name: "INPUT0", datatype, dims: [model === "one_str" ? 1 : -1] }];
    request.inputs = [resolveRawInput(request, { name: model, batchSizeMax, inputs })];
  }
  const outputs = ["OUTPUT0", "OUTPUT1"].map((name) => ({
    name,
    labels: batchSizeMax > 0 ? LABELS : null,
  }));
  const template = new InferResponseTemplate({
    name: model,
    versionText: "1",
    batchSizeMax,
    outputs,
  });
  const writer = new ByteWriter(8);
  const parts = encodeInferResponse(writer, template, request, {
    outputs: request.inputs.map(identityOutput),
    parameters: IDENTITY_PARAMETERS,
  });
  return Buffer.concat([writer.bytes.subarray(0, writer.position), ...parts]);
}

test("responses are byte for byte those of the real server", () => {
  let count = 0;
  for (const goldenCase of golden.cases) {
    const { status, answer, answerSha256, expected273 } = goldenCase;
    if (status !== 200 || expected273 !== undefined) {
      continue;
    }
    count++;
    const actual = identityAnswer(goldenCase);
    if (answer === undefined) {
      assert.equal(createHash("sha256").update(actual).digest("hex"), answerSha256);
    } else {
      assert.equal(actual.toString("latin1"), bytesOf(answer).toString("latin1"));
    }
  }
  assert.ok(count > 500, `${count} responses compared`);
});

test("what cannot be answered is refused with the real server's text", () => {
  let count = 0;
  for (const goldenCase of golden.cases) {
    const { status, error = "" } = goldenCase;
    if (/^sending |^class result/.test(error)) {
      count++;
      const expected = { code: CODES[status], message: error };
      assert.deepEqual(
        outcomeOf(() => identityAnswer(goldenCase)),
        expected,
      );
    }
  }
  assert.ok(count >= 5, `${count} refusals compared`);
});
