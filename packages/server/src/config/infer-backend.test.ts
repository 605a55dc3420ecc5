import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { formatModelConfigText, parseModelConfigText } from "@nereid/protocol";
import { nullLogger } from "../base/logger.ts";
import { inferBackend } from "./infer-backend.ts";
import { MemoryModelFiles } from "./testing/memory-model-files.ts";

interface InferenceCase {
  readonly model: string;
  readonly pbtxt: string;
  readonly files: readonly string[];
  readonly written?: string;
  readonly message?: string;
}

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "golden", "inferred.json"), "utf8"),
) as { readonly source: string; readonly cases: readonly InferenceCase[] };

async function infer(pbtxt: string, files: readonly string[], model = "m"): Promise<string> {
  const config = parseModelConfigText(pbtxt);
  const contents = Object.fromEntries(files.map((file) => [file, ""]));
  await inferBackend(config, model, new MemoryModelFiles(contents), nullLogger);
  return formatModelConfigText(config);
}

describe(`recorded from ${recorded.source}`, () => {
  for (const { model, pbtxt, files, written, message } of recorded.cases) {
    test(`${model} with ${JSON.stringify(pbtxt)} and ${files.join(" ")}`, async () => {
      if (message === undefined) {
        assert.equal(await infer(pbtxt, files, model), written);
      } else {
        await assert.rejects(infer(pbtxt, files, model), { name: "TritonError", message });
      }
    });
  }
});

test("PyTorch's ahead-of-time models and its old platform name, which the recording server did not know", async () => {
  const aoti =
    'name: "m"\nplatform: "torch_aoti"\ndefault_model_filename: "model.pt2"\nbackend: "pytorch"\n';
  assert.equal(await infer("", ["1/model.pt2"]), aoti);
  assert.equal(await infer('platform: "torch_aoti"', ["1/"]), aoti);
  assert.match(await infer("", ["1/model.pt", "1/model.pt2"]), /pytorch_libtorch/);
  assert.match(await infer('platform: "libtorch"', ["1/"]), /backend: "pytorch"/);
});
