import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync, deflateSync, gunzipSync, gzipSync } from "node:zlib";
import { GrpcFailure } from "./grpc-status.ts";
import {
  type CompressionLevel,
  decodeMessage,
  encodeMessage,
  responseCodingFor,
} from "./message-coding.ts";

const SIZE_MAX = 2 ** 31 - 1;
const small = Buffer.from("a small message");
/** Too large to be coded at once, in either form. */
const large = Buffer.from(Array.from({ length: 1 << 20 }, (_, index) => (index * 7919) % 251));

async function failureOf(
  coding: "gzip" | "deflate",
  bytes: Uint8Array,
  sizeMax = SIZE_MAX,
): Promise<string> {
  try {
    await decodeMessage(coding, bytes, sizeMax);
    return "";
  } catch (error) {
    assert.ok(error instanceof GrpcFailure);
    return `${error.status} ${error.message}`;
  }
}

test("messages of either coding are decoded, small ones at once", async () => {
  assert.deepEqual(decodeMessage("gzip", gzipSync(small), SIZE_MAX), small);
  assert.deepEqual(decodeMessage("deflate", deflateSync(small), SIZE_MAX), small);
  assert.deepEqual(await decodeMessage("gzip", gzipSync(large), SIZE_MAX), large);
  assert.deepEqual(
    await decodeMessage("deflate", deflateSync(large, { level: 0 }), SIZE_MAX),
    large,
  );
});

test("what is not exactly one piece of compressed data is refused", async () => {
  const failure = (coding: string): string =>
    `13 Unexpected error decompressing data for algorithm ${coding}`;
  const gzipped = gzipSync(small);
  const cases: readonly (readonly ["gzip" | "deflate", Uint8Array])[] = [
    ["gzip", Buffer.from("garbage")],
    ["gzip", gzipped.subarray(0, gzipped.length - 6)],
    ["gzip", Buffer.concat([gzipped, Buffer.from("xx")])],
    ["gzip", deflateSync(small)],
    ["deflate", gzipped],
    ["deflate", deflateRawSync(small)],
    ["deflate", Buffer.concat([deflateSync(large, { level: 0 }), Buffer.from("x")])],
  ];
  for (const [coding, bytes] of cases) {
    assert.equal(await failureOf(coding, bytes), failure(coding));
  }
});

test("a bomb is refused once it is larger than allowed", async () => {
  const bomb = gzipSync(Buffer.alloc(1 << 20));
  assert.ok(bomb.byteLength < 4096);
  const text = "8 SERVER: Received message larger than max (100000)";
  assert.equal(await failureOf("gzip", bomb, 100_000), text);
  assert.equal(await failureOf("gzip", gzipSync(large), 100_000), text);
  assert.deepEqual(await decodeMessage("gzip", bomb, 1 << 20), Buffer.alloc(1 << 20));
});

test("a message is encoded, unless that makes it larger", async () => {
  const zeros = [Buffer.alloc(500), Buffer.alloc(5000)];
  const encoded = await encodeMessage("gzip", zeros);
  assert.deepEqual(gunzipSync(encoded ?? small), Buffer.alloc(5500));
  assert.equal(await encodeMessage("deflate", [Buffer.from("ab")]), null);
});

test("levels choose among the codings that a client accepts", () => {
  const cases: readonly (readonly [CompressionLevel, string, string])[] = [
    ["none", "gzip, deflate", "identity"],
    ["low", "identity, deflate, gzip", "gzip"],
    ["low", "deflate", "deflate"],
    ["medium", "gzip,deflate", "deflate"],
    ["medium", "gzip", "gzip"],
    ["high", "identity, gzip, deflate", "deflate"],
    ["high", "identity", "identity"],
    ["low", "", "identity"],
  ];
  for (const [level, accepted, coding] of cases) {
    assert.equal(responseCodingFor(level, accepted), coding, `${level} ${accepted}`);
  }
});
