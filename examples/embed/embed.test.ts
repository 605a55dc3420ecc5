// Tests the example as a whole: its models in both languages and a server.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { embedTexts, largestDifference, similarity } from "./embed-texts.ts";
import { startEmbeddingServer } from "./embedding-server.ts";
import { prepareEmbedding } from "./prepare.ts";

prepareEmbedding();
const server = await startEmbeddingServer();
after(() => server.stop());

const TEXTS = [
  "A man is playing a guitar",
  "A woman is playing a violin",
  "It will rain tomorrow",
  "",
  "Crème brûlée, naïveté & 東京 — 3.14!",
  "word ".repeat(300),
];

async function embed(model: string, texts: readonly string[]): Promise<readonly Float32Array[]> {
  return embedTexts({ url: server.url, model, texts });
}

const reference = await embed("embed_ts", TEXTS);

test("a vector has 384 features and length 1", () => {
  assert.equal(reference.length, TEXTS.length);
  for (const vector of reference) {
    assert.equal(vector.length, 384);
    assert.ok(Math.abs(similarity(vector, vector) - 1) < 1e-5);
  }
});

test("sentences that share words are nearer to each other", () => {
  const [guitar, violin, rain] = reference;
  assert.ok(similarity(guitar!, violin!) > similarity(guitar!, rain!));
  assert.ok(largestDifference([guitar!], [violin!]) > 0.01);
});

for (const { model, language } of server.variants) {
  test(`${model} (${language}) gives the same vectors, also for many requests at once`, async () => {
    assert.ok(largestDifference(reference, await embed(model, TEXTS)) <= 1e-5);
    // One request a text: batches form as they like, at whatever length, and change nothing.
    const single = await Promise.all(
      [...TEXTS, ...TEXTS].map(async (text) => (await embed(model, [text]))[0]!),
    );
    assert.ok(largestDifference([...reference, ...reference], single) <= 1e-5);
  });
}

test("models in Python are left out only with a reason", (t) => {
  const hasPython = server.variants.some(({ language }) => language === "Python");
  assert.equal(hasPython, server.whyWithoutPython === null);
  if (server.whyWithoutPython !== null) {
    t.diagnostic(server.whyWithoutPython);
  }
});
