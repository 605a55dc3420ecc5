import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { EXAMPLE_MODELS, prepareModels } from "./prepare.ts";

const repository = mkdtempSync(join(tmpdir(), "nereid-prepare-"));
after(() => rmSync(repository, { recursive: true }));

test("every example model that is an ONNX file gets it, once", () => {
  const written = prepareModels(repository);
  const models = readdirSync(EXAMPLE_MODELS)
    .filter((model) => !existsSync(join(EXAMPLE_MODELS, model, "1", "model.ts")))
    .sort();
  assert.deepEqual(
    written.toSorted(),
    models.map((model) => join(repository, model, "1", "model.onnx")),
  );
  assert.deepEqual(prepareModels(repository), []);
});

test("a damaged file is written again", () => {
  const damaged = ["simple", "text_angle"].map((model) => join(repository, model, "1/model.onnx"));
  for (const path of damaged) {
    writeFileSync(path, "not a model");
  }
  assert.deepEqual(prepareModels(repository).toSorted(), damaged);
});
