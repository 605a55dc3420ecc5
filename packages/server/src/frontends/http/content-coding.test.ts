import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";
import { StatusCode, TritonError } from "@nereid/protocol";
import { decodeContent, encodeContent, requestCoding, responseCoding } from "./content-coding.ts";

const SIZE_MAX = 64 * 1024 * 1024;

function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = 1;
  for (let index = 0; index < size; index++) {
    state = (state * 48271) % 2147483647;
    bytes[index] = state & 0xff;
  }
  return bytes;
}

function error(code: StatusCode, message: string): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof TritonError);
    assert.deepEqual([thrown.code, thrown.message], [code, message]);
    return true;
  };
}

test("a request's coding is one of three words, or refused", () => {
  assert.equal(requestCoding("gzip"), "gzip");
  assert.equal(requestCoding("deflate"), "deflate");
  assert.equal(requestCoding("identity"), "identity");
  for (const text of ["", "br", "GZIP", "x-gzip", "gzip, gzip", "gzip ", "zstd", "chunked"]) {
    assert.throws(
      () => requestCoding(text),
      error(StatusCode.Unsupported, "Unsupported compression type"),
    );
  }
});

const CHOICES: readonly (readonly [acceptEncoding: string, coding: string])[] = [
  ["", "identity"],
  ["gzip", "gzip"],
  ["deflate", "deflate"],
  ["identity", "identity"],
  ["gzip, deflate", "gzip"],
  ["deflate, gzip", "deflate"],
  ["gzip,deflate", "gzip"],
  ["   gzip", "gzip"],
  ["br, gzip", "gzip"],
  ["*", "identity"],
  ["gzip;q=0.5, deflate", "deflate"],
  ["gzip;q=0.5, deflate;q=0.8", "deflate"],
  ["gzip;q=0.5,deflate;q=0.5", "gzip"],
  ["identity, gzip", "identity"],
  ["identity;q=0.5, gzip", "gzip"],
  ["gzip;q=0", "identity"],
  ["gzip;q=-1", "identity"],
  ["gzip;q=2, deflate", "gzip"],
  ["gzip;q=x, deflate;q=0.1", "deflate"],
  ["gzip;q=, deflate;q=0.1", "deflate"],
  ["gzip;q=1e999, deflate;q=0.1", "deflate"],
  ["gzip;q=inf", "gzip"],
  ["gzip;q=nan", "identity"],
  ["gzip;q=0.5x", "gzip"],
  ["gzip;q= 0.5", "gzip"],
  ["gzip;q=.5", "gzip"],
  ["gzip;q=5e-1", "gzip"],
  [";q=1", "identity"],
  [" ;q=1", "identity"],
  ["gzip ;q=1", "identity"],
  ["gzip; q=1", "identity"],
  ["gzip\t", "identity"],
  ["GZIP", "identity"],
  [",,gzip", "gzip"],
  ["gzip;q=0.2;q=0.9, deflate;q=0.5", "deflate"],
];

for (const [acceptEncoding, coding] of CHOICES) {
  test(`Accept-Encoding: ${acceptEncoding}`, () => {
    assert.equal(responseCoding(acceptEncoding), coding);
  });
}

for (const size of [1, 100, 4096, 4097, 70_000, 3_000_000]) {
  test(`${size} bytes, coded and decoded`, async () => {
    const content = noise(size);
    for (const coding of ["gzip", "deflate"] as const) {
      const coded = await encodeContent(coding, [
        content.subarray(0, 1),
        content.subarray(1, 1),
        content.subarray(1),
      ]);
      const plain = coding === "gzip" ? gunzipSync(coded) : inflateSync(coded);
      assert.ok(Buffer.from(content).equals(plain));
      const decoded = await decodeContent(coding, coded, SIZE_MAX);
      assert.ok(Buffer.from(content).equals(decoded));
    }
  });
}

test("the data says whether it is gzip or zlib, not the coding", async () => {
  const content = noise(100);
  assert.deepEqual(
    Buffer.from(await decodeContent("gzip", deflateSync(content), SIZE_MAX)),
    Buffer.from(content),
  );
  assert.deepEqual(
    Buffer.from(await decodeContent("deflate", gzipSync(content), SIZE_MAX)),
    Buffer.from(content),
  );
});

test("as much as allowed comes out, one byte more does not, however small the data is", async () => {
  for (const size of [100, 65_536, 65_537, 1_000_000, 20_000_000]) {
    const bomb = gzipSync(new Uint8Array(size));
    assert.equal((await decodeContent("gzip", bomb, size)).byteLength, size);
    await assert.rejects(
      decodeContent("gzip", bomb, size - 1),
      error(
        StatusCode.InvalidArg,
        `Decompressed data size exceeds the maximum allowed value of ${size - 1} bytes. Use --http-max-input-size to increase the limit.`,
      ),
    );
  }
});

test("broken and incomplete data is refused, small or large", async () => {
  const broken = error(
    StatusCode.Internal,
    "encountered inconsistent stream state during decompression",
  );
  for (const size of [100, 100_000]) {
    const coded = gzipSync(noise(size));
    const damaged = Uint8Array.from(coded);
    damaged[damaged.byteLength - 20] = (damaged[damaged.byteLength - 20] ?? 0) ^ 0xff;
    await assert.rejects(decodeContent("gzip", damaged, SIZE_MAX), broken);
    await assert.rejects(decodeContent("gzip", coded.subarray(0, -1), SIZE_MAX), broken);
    await assert.rejects(decodeContent("gzip", coded.subarray(0, 20), SIZE_MAX), broken);
    await assert.rejects(decodeContent("deflate", deflateRawSync(noise(size)), SIZE_MAX), broken);
  }
  await assert.rejects(decodeContent("gzip", Buffer.from("{}"), SIZE_MAX), broken);
});

test("what follows the compressed data does not count, small or large, unless it is more gzip data", async () => {
  for (const size of [100, 100_000]) {
    const content = noise(size);
    for (const coded of [gzipSync(content), deflateSync(content)]) {
      for (const rest of ["more", "\0", "\x1f"]) {
        const body = Buffer.concat([coded, Buffer.from(rest)]);
        assert.deepEqual(
          Buffer.from(await decodeContent("gzip", body, SIZE_MAX)),
          Buffer.from(content),
        );
      }
    }
    const cutMember = gzipSync(content).subarray(0, 30);
    await assert.rejects(
      decodeContent("gzip", Buffer.concat([gzipSync(content), cutMember]), SIZE_MAX),
      error(StatusCode.Internal, "encountered inconsistent stream state during decompression"),
    );
  }
});

test("nothing can be neither decoded nor encoded", async () => {
  await assert.rejects(
    decodeContent("gzip", new Uint8Array(0), SIZE_MAX),
    error(StatusCode.InvalidArg, "nothing to be decompressed"),
  );
  await assert.rejects(
    encodeContent("gzip", []),
    error(StatusCode.InvalidArg, "nothing to be compressed"),
  );
  await assert.rejects(
    encodeContent("deflate", [new Uint8Array(0)]),
    error(StatusCode.InvalidArg, "nothing to be compressed"),
  );
});
