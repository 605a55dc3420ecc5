import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createModelConfig, type ModelConfigInit, StatusCode } from "@nereid/protocol";
import { resolveModelPath } from "./model-path.ts";

const versionDirectory = mkdtempSync(join(tmpdir(), "model-path-"));
after(() => rmSync(versionDirectory, { recursive: true }));
writeFileSync(join(versionDirectory, "model.onnx"), "");
writeFileSync(join(versionDirectory, "other.onnx"), "");
mkdirSync(join(versionDirectory, "directory"));
writeFileSync(join(versionDirectory, "directory", "model.onnx"), "");
mkdirSync(join(versionDirectory, "empty"));

function resolve(config: ModelConfigInit, computeCapability: string | null = null) {
  return resolveModelPath(
    { name: "m", config: createModelConfig(config), versionDirectory },
    computeCapability,
  );
}

test("the file is model.onnx, or the configured one, or inside a directory of that name", async () => {
  assert.equal(await resolve({}), join(versionDirectory, "model.onnx"));
  assert.equal(
    await resolve({ defaultModelFilename: "other.onnx" }),
    join(versionDirectory, "other.onnx"),
  );
  assert.equal(
    await resolve({ defaultModelFilename: "directory" }),
    join(versionDirectory, "directory", "model.onnx"),
  );
});

test("a GPU may have a file of its own", async () => {
  const config = { ccModelFilenames: { "9.0": "other.onnx" } };
  assert.equal(await resolve(config, "9.0"), join(versionDirectory, "other.onnx"));
  assert.equal(await resolve(config, "8.0"), join(versionDirectory, "model.onnx"));
});

test("a missing file, and a directory without one, fail as on the real server", async () => {
  await assert.rejects(resolve({ defaultModelFilename: "none.onnx" }), {
    code: StatusCode.Internal,
    message: `failed to stat file ${join(versionDirectory, "none.onnx")}`,
  });
  await assert.rejects(resolve({ defaultModelFilename: "empty" }), {
    code: StatusCode.Unavailable,
    message: `unable to find '${join(versionDirectory, "empty", "model.onnx")}' for model instance 'm'`,
  });
});
