// Tests the example as a whole: the model, its state in a server, and streams of sound.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import { audioChunks, RATE_HZ } from "./audio-chunks.ts";
import { plainSpeech } from "./plain-loop.ts";
import { prepareVad, VAD_MODELS } from "./prepare.ts";
import { speechSegments } from "./speech-segments.ts";
import { streamSpeech } from "./stream-speech.ts";
import { startVadServer } from "./vad-server.ts";
import { decodeWav } from "./wav-file.ts";

const model = prepareVad();
const server = await startVadServer();
after(() => server.stop());

const { samples } = decodeWav(readFileSync(join(import.meta.dirname, "sample.wav")));
const plain = await plainSpeech(model, audioChunks(samples));

async function stream(
  sequenceId: bigint,
  sound: Float32Array,
  address: string = server.address,
): Promise<number[]> {
  const probabilities: number[] = [];
  for await (const each of streamSpeech({ address, sequenceId, chunks: audioChunks(sound) })) {
    probabilities.push(each);
  }
  return probabilities;
}

test("the sample's three sentences are found where they are", () => {
  const segments = speechSegments(plain);
  // Silence of 0.7, 0.9, 0.8 and 0.6 s is before, between and after them.
  const places = [
    [0.7, 3.0],
    [3.9, 5.0],
    [5.8, 8.5],
  ] as const;
  assert.equal(segments.length, places.length);
  for (const [index, { startS, endS }] of segments.entries()) {
    const [from, to] = places[index]!;
    assert.ok(startS >= from && endS <= to && endS - startS > 0.5, `${startS} to ${endS}`);
  }
});

test("a streamed sequence hears what a plain loop hears, bit for bit", async () => {
  assert.deepEqual(await stream(1n, samples), plain);
});

test("more streams than instances at once do not hear each other", async () => {
  const parts = Array.from({ length: 6 }, (_, index) =>
    samples.subarray(index * RATE_HZ, (index + 3) * RATE_HZ),
  );
  const served = await Promise.all(parts.map((part, index) => stream(BigInt(10 + index), part)));
  for (const [index, part] of parts.entries()) {
    assert.deepEqual(served[index], await plainSpeech(model, audioChunks(part)));
  }
});

test("a sequence that starts anew has forgotten the one before", async () => {
  const [first, second] = [await stream(2n, samples), await stream(2n, samples)];
  assert.deepEqual(second, first);
});

test("no sound needs no answer", async () => {
  assert.deepEqual(await stream(3n, new Float32Array()), []);
});

test("a server that is not there is said to be unavailable", async () => {
  const answers = stream(1n, samples.subarray(0, 512), "127.0.0.1:1");
  await assert.rejects(answers, { code: StatusCode.Unavailable });
});

test("a sequence without an id is refused in the server's words", async () => {
  await assert.rejects(stream(0n, samples.subarray(0, 512)), {
    message: /must specify a non-zero or non-empty correlation ID$/,
  });
});

test("the model file is put in its place once", () => {
  const repository = mkdtempSync(join(tmpdir(), "nereid-vad-"));
  try {
    const path = prepareVad(repository);
    assert.deepEqual(readFileSync(path), readFileSync(model));
    assert.equal(prepareVad(repository), path);
    assert.deepEqual(readdirSync(repository), readdirSync(VAD_MODELS));
  } finally {
    rmSync(repository, { recursive: true });
  }
});
