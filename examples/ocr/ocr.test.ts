// Tests the example as a whole: its pipeline, its models and a server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import sharp from "sharp";
import { CHARACTER_FILE, installedAssetPath } from "../model-files.ts";
import { useExampleServer } from "../testing/example-server.ts";
import { classCharacters } from "./ctc-decode.ts";
import { HttpInferClient } from "./infer-client.ts";
import type { Quad } from "./quad.ts";
import { readImage } from "./read-image.ts";
import { readText } from "./read-text.ts";
import { readTextOnServer } from "./read-text-on-server.ts";
import type { RgbImage } from "./rgb-image.ts";

const server = await useExampleServer();
after(() => server.stop());

const characters = classCharacters(readFileSync(installedAssetPath(CHARACTER_FILE.asset), "utf8"));
const sample = await readImage(join(import.meta.dirname, "sample.jpg"));
const wanted = readFileSync(join(import.meta.dirname, "sample.txt"), "utf8")
  .trimEnd()
  .split("\n");

async function readLines(image: RgbImage) {
  return readText(new HttpInferClient(server.url), image, characters);
}

function xyOf(quad: Quad): readonly number[] {
  return quad.flatMap(({ x, y }) => [x, y]);
}

async function turned(image: RgbImage, degrees: number): Promise<RgbImage> {
  const { width, height, pixels } = image;
  const { data, info } = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .rotate(degrees)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}

test("every line of the sample is read right, and surely", async () => {
  const lines = await readLines(sample);
  assert.deepEqual(
    lines.map(({ text }) => text),
    wanted,
  );
  for (const { text, confidence } of lines) {
    assert.ok(confidence > 0.9, `${text}: ${confidence}`);
  }
});

for (const degrees of [90, 180]) {
  test(`turned by ${degrees} degrees it reads the same`, async () => {
    const lines = await readLines(await turned(sample, degrees));
    assert.deepEqual(
      lines.map(({ text }) => text),
      wanted,
    );
  });
}

test("a picture without text has no lines", async () => {
  const pixels = new Uint8Array(200 * 100 * 3).fill(200);
  assert.deepEqual(await readLines({ width: 200, height: 100, pixels }), []);
});

// tritonserver, which NEREID_URL may mean, has no models in TypeScript.
const hasEnsemble = (await fetch(`${server.url}/v2/models/ocr/ready`)).ok;
assert.ok(hasEnsemble || process.env["NEREID_URL"] !== undefined);

if (hasEnsemble) {
  const client = new HttpInferClient(server.url);

  test("one request to the ensemble reads the same lines in the same places", async () => {
    const file = readFileSync(join(import.meta.dirname, "sample.jpg"));
    const [lines, onServer] = [await readLines(sample), await readTextOnServer(client, file)];
    assert.deepEqual(
      onServer.map(({ text }) => text),
      wanted,
    );
    const numbers = lines.flatMap(({ confidence, quads }) => [confidence, ...quads.flatMap(xyOf)]);
    const numbersOnServer = onServer.flatMap(({ confidence, quads }) => [
      confidence,
      ...quads.flatMap(xyOf),
    ]);
    assert.equal(numbersOnServer.length, numbers.length);
    for (const [index, number] of numbersOnServer.entries()) {
      assert.ok(Math.abs(number - numbers[index]!) < 0.01, `${number} for ${numbers[index]}`);
    }
  });

  test("a picture without text gives empty tensors", async () => {
    const pixels = new Uint8Array(200 * 100 * 3).fill(200);
    const raw = { width: 200, height: 100, channels: 3 } as const;
    const file = await sharp(pixels, { raw }).png().toBuffer();
    assert.deepEqual(await readTextOnServer(client, file), []);
  });

  test("what is no picture is refused, alone", async () => {
    const good = readTextOnServer(client, readFileSync(join(import.meta.dirname, "sample.jpg")));
    await assert.rejects(readTextOnServer(client, Buffer.from("This is no picture.")), {
      message: /answered 400 to 'ocr': .*the input is not an image: /,
    });
    assert.equal((await good).length, wanted.length);
  });
}

test("the smallest model adds and subtracts", async () => {
  const ramp = Array.from({ length: 16 }, (_, index) => index);
  const response = await fetch(`${server.url}/v2/models/simple/infer`, {
    method: "POST",
    body: JSON.stringify({
      inputs: [
        { name: "INPUT0", datatype: "INT32", shape: [1, 16], data: ramp },
        { name: "INPUT1", datatype: "INT32", shape: [1, 16], data: ramp.map(() => 1) },
      ],
    }),
  });
  // The server's answer to a request that asks for JSON.
  const { outputs } = (await response.json()) as {
    outputs: readonly { data: readonly number[] }[];
  };
  assert.deepEqual(
    outputs.map(({ data }) => data),
    [ramp.map((value) => value + 1), ramp.map((value) => value - 1)],
  );
});
