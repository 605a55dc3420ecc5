import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import { findOrtLibrary } from "./find-ort-library.ts";

test("the library of the npm package is found for this platform", () => {
  const path = findOrtLibrary(null);
  assert.ok(existsSync(path), path);
  assert.match(path, /onnxruntime-node/);
});

test("a configured library is taken as it is", () => {
  const path = findOrtLibrary(null);
  assert.equal(findOrtLibrary(path), path);
});

test("what is not there says what to install and how to name another", () => {
  const advice =
    /install the npm package onnxruntime-node, or name a library with --backend-config=onnxruntime,library-path=<path> or the environment variable NEREID_ONNXRUNTIME_LIBRARY$/;
  for (const find of [
    () => findOrtLibrary("/nonexistent/libonnxruntime.so"),
    () => findOrtLibrary(null, { platform: "linux", architecture: "mips" }),
    () => findOrtLibrary(null, { platform: "sunos", architecture: "x64" }),
  ]) {
    assert.throws(find, { code: StatusCode.Unavailable, message: advice });
  }
  assert.throws(() => findOrtLibrary(null, { platform: "linux", architecture: "mips" }), {
    message: /unable to find an ONNX Runtime library for linux\/mips/,
  });
});
