import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../tools/fuzz-options.ts";
import { decodeWav } from "./wav-file.ts";

interface WavParts {
  readonly format?: number;
  readonly channelCount?: number;
  readonly rateHz?: number;
  readonly bitCount?: number;
  readonly samples?: readonly number[];
  /** Chunks between the format and the samples. */
  readonly between?: readonly (readonly [tag: string, bytes: readonly number[]])[];
  /** What the chunk of samples says that it has. */
  readonly dataSize?: number;
}

function chunk(tag: string, bytes: Uint8Array, byteSize = bytes.byteLength): Buffer {
  const head = Buffer.from(`${tag}\0\0\0\0`, "latin1");
  head.writeUInt32LE(byteSize, 4);
  return Buffer.concat([head, bytes, Buffer.alloc(bytes.byteLength % 2)]);
}

function encodeWav(parts: WavParts): Buffer {
  const { format = 1, channelCount = 1, rateHz = 16_000, bitCount = 16, samples = [] } = parts;
  const head = Buffer.alloc(16);
  head.writeUInt16LE(format, 0);
  head.writeUInt16LE(channelCount, 2);
  head.writeUInt32LE(rateHz, 4);
  head.writeUInt16LE(bitCount, 14);
  const data = Buffer.from(Int16Array.from(samples).buffer);
  const body = Buffer.concat([
    Buffer.from("WAVE"),
    chunk("fmt ", head),
    ...(parts.between ?? []).map(([tag, bytes]) => chunk(tag, Uint8Array.from(bytes))),
    chunk("data", data, parts.dataSize),
  ]);
  return chunk("RIFF", body);
}

test("samples are between -1 and 1, whatever chunks stand before them", () => {
  const samples = [0, 16_384, -32_768, 32_767];
  const plain = decodeWav(encodeWav({ samples }));
  assert.equal(plain.rateHz, 16_000);
  assert.deepEqual([...plain.samples], [0, 0.5, -1, Math.fround(32_767 / 32_768)]);
  const more = encodeWav({ samples, rateHz: 8000, between: [["LIST", [1, 2, 3]]] });
  assert.deepEqual(decodeWav(more), { rateHz: 8000, samples: plain.samples });
});

test("channels are averaged", () => {
  const bytes = encodeWav({ channelCount: 2, samples: [100, 300, -100, -300] });
  assert.deepEqual([...decodeWav(bytes).samples], [200 / 32_768, -200 / 32_768]);
});

test("samples that a pipe has announced without end are those that are there", () => {
  const bytes = encodeWav({ samples: [1, 2, 3], dataSize: 0xffff_ffff });
  assert.equal(decodeWav(bytes).samples.length, 3);
});

const REFUSED: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["nothing", new Uint8Array(), /does not begin as one$/],
  ["another file", Buffer.from("RIFF\0\0\0\0AVI LIST"), /does not begin as one$/],
  ["no samples", encodeWav({}).subarray(0, 40).subarray(0, 36), /has no samples$/],
  [
    "samples without format",
    chunk("RIFF", Buffer.concat([Buffer.from("WAVE"), chunk("data", Buffer.alloc(4))])),
    /come before their format$/,
  ],
  ["a format cut off", encodeWav({}).subarray(0, 30), /format is cut off$/],
  [
    "floats",
    encodeWav({ format: 3, bitCount: 32 }),
    /have format 3 and 32 bits, expected 1 and 16$/,
  ],
  ["no channels", encodeWav({ channelCount: 0 }), /has 0 channels at 16000 Hz$/],
];

for (const [title, bytes, message] of REFUSED) {
  test(`a file is refused: ${title}`, () => {
    assert.throws(() => decodeWav(bytes), { code: StatusCode.InvalidArg, message });
  });
}

test("any bytes are read or refused, and samples come back as they were", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 50 }),
      fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 4 }),
      (samples, changes) => {
        const bytes = encodeWav({ samples });
        assert.deepEqual(
          [...decodeWav(bytes).samples].map((sample) => Math.round(sample * 32_768)),
          samples,
        );
        for (const [position, value] of changes) {
          bytes[position % bytes.byteLength] = value;
        }
        try {
          decodeWav(bytes);
        } catch (error) {
          assert.ok(error instanceof TritonError);
        }
      },
    ),
    fuzzOptions(),
  );
});
