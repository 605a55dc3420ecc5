import assert from "node:assert/strict";
import { test } from "node:test";
import { TritonError as ProtocolError, StatusCode } from "@nereid/protocol";
import { TritonError } from "@nereid/server/model";
import { asModelError } from "./model-errors.ts";

test("errors of other models stay as they are", () => {
  const error = new TritonError("no such model", "NOT_FOUND");
  assert.equal(asModelError(error), error);
});

test("bad input is the client's fault, anything else the model's", () => {
  const codes = [
    asModelError(new ProtocolError(StatusCode.InvalidArg, "no image")),
    asModelError(new ProtocolError(StatusCode.NotFound, "no file")),
    asModelError(new Error("a bug")),
    asModelError("a text"),
  ].map(({ code, message }) => [code, message]);
  assert.deepEqual(codes, [
    ["INVALID_ARG", "no image"],
    ["INTERNAL", "no file"],
    ["INTERNAL", "a bug"],
    ["INTERNAL", "a text"],
  ]);
});
