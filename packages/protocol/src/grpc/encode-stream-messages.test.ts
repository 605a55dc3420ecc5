import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeEmptyFinalResponse, encodeStreamError } from "./encode-stream-messages.ts";

// The expected bytes are tritonserver 2.51.0's: a stream to a model that it does not know, and to a decoupled Python model
// `dec` that answers "bad number", or with its final flag alone.

test("an error before the model was found names the request by its id alone", () => {
  const message = "Request for unknown model: 'none' is not found";
  const bytes = encodeStreamError(message, {
    id: "z\0y",
    modelName: "",
    modelVersion: "",
    isFinal: null,
  });
  const recorded = "Ci5SZXF1ZXN0IGZvciB1bmtub3duIG1vZGVsOiAnbm9uZScgaXMgbm90IGZvdW5kEgUaA3oAeQ==";
  assert.equal(Buffer.from(bytes).toString("base64"), recorded);
});

test("an error of a model names it and says whether it is the last answer", () => {
  const encode = (id: string, modelVersion: string): string =>
    Buffer.from(
      encodeStreamError("bad number", { id, modelName: "dec", modelVersion, isFinal: true }),
    ).toString("base64");
  assert.equal(
    encode("neg", "1"),
    "CgpiYWQgbnVtYmVyEioKA2RlYxIBMRoDbmVnIhsKFXRyaXRvbl9maW5hbF9yZXNwb25zZRICCAE=",
  );
  assert.equal(encode("", ""), "CgpiYWQgbnVtYmVyEiIKA2RlYyIbChV0cml0b25fZmluYWxfcmVzcG9uc2USAggB");
});

test("an empty final response has the version that the request had", () => {
  const encode = (id: string, modelVersion: string): string =>
    Buffer.from(encodeEmptyFinalResponse(id, "dec", modelVersion)).toString("base64");
  assert.equal(encode("fin", ""), "EicKA2RlYxoDZmluIhsKFXRyaXRvbl9maW5hbF9yZXNwb25zZRICCAE=");
  assert.equal(encode("fin2", "1"), "EisKA2RlYxIBMRoEZmluMiIbChV0cml0b25fZmluYWxfcmVzcG9uc2USAggB");
});
