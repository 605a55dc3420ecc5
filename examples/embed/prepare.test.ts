import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { bertModel, writeModel } from "@nereid/onnx-writer";
import { embedTexts } from "./embed-texts.ts";
import { startEmbeddingServer } from "./embedding-server.ts";
import { prepareEmbeddingOf } from "./prepare.ts";
import { wordPieceTokenizer } from "./word-piece.ts";

const folder = mkdtempSync(join(tmpdir(), "nereid-embedding-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("a model directory of Hugging Face is served, with vectors of its own size", async () => {
  const source = join(folder, "tiny-bert");
  const { json, size } = wordPieceTokenizer();
  writeModel(
    join(source, "onnx", "model.onnx"),
    bertModel({ layers: 1, hidden: 24, heads: 2, vocabulary: size, positions: 128 }),
  );
  writeFileSync(join(source, "tokenizer.json"), json);
  writeFileSync(join(source, "config.json"), JSON.stringify({ hidden_size: 24 }));
  const repository = prepareEmbeddingOf(source, folder);
  assert.match(readFileSync(join(repository, "embed_ts/config.pbtxt"), "utf8"), /dims: \[ 24 \]/);
  const server = await startEmbeddingServer(repository);
  try {
    for (const { model } of server.variants) {
      const [vector] = await embedTexts({ url: server.url, model, texts: ["good morning"] });
      assert.equal(vector?.length, 24);
    }
  } finally {
    await server.stop();
  }
});

test("a folder that is no such model directory is refused by what it lacks", () => {
  assert.throws(() => prepareEmbeddingOf(folder, folder), {
    message: /has no onnx\/model\.onnx or model\.onnx$/,
  });
  const source = join(folder, "without-size");
  writeModel(
    join(source, "model.onnx"),
    bertModel({ layers: 1, hidden: 8, heads: 1, vocabulary: 8, positions: 8 }),
  );
  writeFileSync(join(source, "tokenizer.json"), "{}");
  writeFileSync(join(source, "config.json"), "{}");
  assert.throws(() => prepareEmbeddingOf(source, folder), { message: /does not say hidden_size$/ });
});
