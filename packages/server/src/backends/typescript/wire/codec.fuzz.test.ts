// Tests what the codecs of requests and outcomes write and read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DATATYPES } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../../tools/fuzz-options.ts";
import type { ContentReader } from "./content-reader.ts";
import { ContentWriter } from "./content-writer.ts";
import { readOutcome, type WireOutcome, writeOutcome } from "./outcome-codec.ts";
import { RecordMemory } from "./record-memory.ts";
import { readRequest, type WireRequest, writeRequest } from "./request-codec.ts";
import {
  type BufferPlace,
  type TensorFinder,
  TensorPlace,
  type TensorPlacer,
} from "./tensor-place.ts";

/** Tensors longer than this lie outside the record. */
const INLINE_MAX = 20;

/** Objects like those that are read, with a prototype. */
function plainRecord<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true });
}

const text = fc.string({ unit: "grapheme" });
const parameters = fc.option(
  fc
    .dictionary(
      text,
      fc.oneof(
        text,
        fc.boolean(),
        fc.double(),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      ),
      { minKeys: 1 },
    )
    .map((record) => new Map(Object.entries(record))),
);
const tensor = plainRecord({
  name: text,
  datatype: fc.constantFrom(...DATATYPES),
  shape: fc.array(fc.nat(2 ** 40), { maxLength: 6 }),
  bytes: fc.uint8Array({ maxLength: 40 }),
});
const request: fc.Arbitrary<WireRequest> = plainRecord({
  id: text,
  correlationId: fc.oneof(text, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  isSequenceStart: fc.boolean(),
  isSequenceEnd: fc.boolean(),
  priority: fc.nat(),
  timeoutUs: fc.maxSafeNat(),
  batchSize: fc.nat(),
  parameters,
  requestedOutputs: fc.option(fc.array(text)),
  inputs: fc.array(tensor, { maxLength: 4 }),
});
const outcome: fc.Arbitrary<WireOutcome> = fc.oneof(
  fc.constant({ kind: "none" } as const),
  fc.constant({ kind: "rescheduled" } as const),
  plainRecord({ kind: fc.constant("failed" as const), code: fc.nat(7), message: text }),
  plainRecord({
    kind: fc.constant("answered" as const),
    parameters,
    outputs: fc.array(tensor, { maxLength: 4 }),
  }),
);

/** Keeps what lies outside the record. */
class Places implements TensorPlacer, TensorFinder {
  readonly #kept: Uint8Array[] = [];

  place(bytes: Uint8Array): BufferPlace | null {
    return bytes.byteLength <= INLINE_MAX
      ? null
      : { place: TensorPlace.WorkerBuffer, index: this.#kept.push(bytes) - 1, offset: 0 };
  }

  find({ index }: BufferPlace, size: number): Uint8Array {
    const bytes = this.#kept[index];
    if (bytes === undefined || size > bytes.byteLength) {
      throw new RangeError("no such place");
    }
    return bytes.subarray(0, size);
  }
}

const memory = new RecordMemory();

/** Reads a copy of what was written, as it comes out of a ring: there the content begins on an odd word. */
function readerOf(writer: ContentWriter): ContentReader {
  const ring = Buffer.from(new ArrayBuffer((writer.size + 7) & -4));
  ring.set(writer.content, 4);
  return memory.copy({ words: new Int32Array(ring.buffer), bytes: ring }, 4, writer.size);
}

/** What was read, in the form in which it was written. */
function withoutPlaces<T extends { readonly bytes: Uint8Array }>(tensors: readonly T[]) {
  return tensors.map((one) => {
    const { place: _place, ...rest } = { place: null, ...one };
    return { ...rest, bytes: Uint8Array.from(rest.bytes) };
  });
}

test("requests and outcomes are read as they were written", () => {
  const writer = new ContentWriter();
  fc.assert(
    fc.property(
      fc.array(request, { maxLength: 3 }),
      fc.array(outcome, { maxLength: 3 }),
      (requests, outcomes) => {
        const places = new Places();
        writer.reset();
        for (const one of requests) {
          writeRequest(writer, one, places);
        }
        for (const one of outcomes) {
          writeOutcome(writer, one, places);
        }
        const reader = readerOf(writer);
        for (const one of requests) {
          const read = readRequest(reader, places);
          assert.deepEqual({ ...read, inputs: withoutPlaces(read.inputs) }, one);
        }
        for (const one of outcomes) {
          const read = readOutcome(reader, places);
          assert.deepEqual(
            read.kind === "answered" ? { ...read, outputs: withoutPlaces(read.outputs) } : read,
            one,
          );
        }
        assert.ok(reader.isAtEnd);
      },
    ),
    fuzzOptions(),
  );
});

test("content that is cut off or changed is an error, or something else, but never a hang or a crash", () => {
  const writer = new ContentWriter();
  fc.assert(
    fc.property(
      request,
      outcome,
      fc.nat(),
      fc.nat(255),
      fc.boolean(),
      (one, other, at, value, isCut) => {
        const places = new Places();
        writer.reset();
        writeRequest(writer, one, places);
        writeOutcome(writer, other, places);
        const content = Buffer.from(writer.content);
        const position = at % content.byteLength;
        content[position] = value;
        const reader = memory.own(isCut ? content.subarray(0, position) : content);
        try {
          readRequest(reader, places);
          readOutcome(reader, places);
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
        }
      },
    ),
    fuzzOptions(),
  );
});
