import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { EXAMPLE_MODELS, prepareModels } from "./prepare.ts";

const repository = mkdtempSync(join(tmpdir(), "nereid-prepare-"));
after(() => rmSync(repository, { recursive: true }));

test("every example model gets its file, once", () => {
  const written = prepareModels(repository);
  const models = readdirSync(EXAMPLE_MODELS).sort();
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
