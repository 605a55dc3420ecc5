import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import { C_LIBRARY_PATH } from "../native-thread/testing/native-calls.ts";
import { findOrtLibrary } from "./find-ort-library.ts";
import { ORT_API_ROWS, ORT_HEADER_API_VERSION } from "./ort-api.gen.ts";
import { OrtLibrary } from "./ort-library.ts";
import { availableProviders } from "./ort-providers.ts";

test("the library tells its version, and the table is of the lower of its and the header's", () => {
  const library = OrtLibrary.load(findOrtLibrary(null));
  assert.match(library.version, /^1\.\d+\.\d+$/);
  assert.equal(
    library.apiVersion,
    Math.min(ORT_HEADER_API_VERSION, Number(library.version.split(".")[1])),
  );
});

test("the providers that were built in are listed, the CPU among them", () => {
  const library = OrtLibrary.load(findOrtLibrary(null));
  assert.ok(availableProviders(library).includes("CPUExecutionProvider"));
});

test("every entry of the table that this version has is a function", () => {
  const library = OrtLibrary.load(findOrtLibrary(null));
  for (const [name, since] of ORT_API_ROWS) {
    if (since <= library.apiVersion) {
      assert.notEqual(library.functionAddress(name), 0n, name);
    } else {
      assert.throws(() => library.functionAddress(name), /not in this API version/);
    }
  }
  assert.throws(() => library.functionAddress("NoSuchEntry"), { name: "AssertionError" });
});

test("a status is converted once, with its code and message", () => {
  const library = OrtLibrary.load(findOrtLibrary(null));
  library.check(null);
  const status = library.api.createStatus(2, "something is off");
  assert.throws(() => library.check(status), {
    name: "TritonError",
    code: StatusCode.Internal,
    message: "onnx runtime error 2: something is off",
  });
});

test("what is no ONNX Runtime is refused with its path", () => {
  for (const path of ["/nonexistent/libonnxruntime.so", C_LIBRARY_PATH]) {
    assert.throws(() => OrtLibrary.load(path), {
      code: StatusCode.Unavailable,
      message: new RegExp(`^unable to load the ONNX Runtime library '${path}': `),
    });
  }
});
