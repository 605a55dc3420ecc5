// Tests what stubs answer: outcomes come back as they were, whole or by one error, and whatever they are nothing stays behind.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../tools/fuzz-options.ts";
import { ArenaReader } from "./arena-reader.ts";
import { ArenaWriter } from "./arena-writer.ts";
import { decodeOutcome, type StubOutcome } from "./decode-outcomes.ts";
import { FrameCursor } from "./decode-tensors.ts";
import { FrameWriter } from "./frame-writer.ts";
import { damage, damaged, outcomeParts } from "./testing/stub-arbitraries.ts";
import { encodeOutcomes, type OutcomeParts } from "./testing/stub-frames.ts";
import { FrameKind, HEAD_BYTES, NO_ERROR, OutcomeKind } from "./wire.ts";
import { WireError } from "./wire-error.ts";

const INLINE_BYTES_MAX = 1000;
const REQUESTED = ["OUT", "SECOND"];
const ARENA_BYTES_MAX = 1 << 26;

const reader = new ArenaReader("test", ARENA_BYTES_MAX);

function encode(writer: FrameWriter, outcomes: readonly OutcomeParts[]): Buffer {
  return encodeOutcomes(writer, { kind: FrameKind.ExecuteDone, flags: 0, id: 1 }, outcomes);
}

function decode(frame: Buffer, count: number): StubOutcome[] {
  const cursor = new FrameCursor(frame, HEAD_BYTES, reader);
  const outcomes: StubOutcome[] = [];
  try {
    for (let index = 0; index < count; index++) {
      outcomes.push(decodeOutcome(cursor, REQUESTED));
    }
    return outcomes;
  } catch (error) {
    release(outcomes);
    throw error;
  }
}

function release(outcomes: readonly StubOutcome[]): void {
  for (const outcome of outcomes) {
    if (typeof outcome !== "string") {
      outcome.release();
    }
  }
}

/** Of a tensor in the arena only where it lies is real: the file is another one, so that its contents are not compared. */
function check(outcome: StubOutcome, parts: OutcomeParts): void {
  if (parts.kind !== OutcomeKind.Response) {
    assert.equal(outcome, parts.kind === OutcomeKind.None ? "none" : "rescheduled");
    return;
  }
  assert.ok(typeof outcome !== "string");
  if (parts.code !== NO_ERROR) {
    const isCode = new Set<number>(Object.values(StatusCode)).has(parts.code);
    assert.equal(outcome.error?.code, isCode ? parts.code : StatusCode.Unknown);
    assert.equal(outcome.error?.message, parts.message);
    return;
  }
  const expected = parts.outputs.filter(({ name }) => REQUESTED.includes(name));
  assert.equal(outcome.outputs.length, expected.length);
  for (const [index, { name, datatype, shape, bytes }] of outcome.outputs.entries()) {
    const output = expected[index]!;
    assert.deepEqual([name, datatype, shape], [output.name, output.datatype, output.shape]);
    assert.equal(bytes.byteLength, output.bytes.byteLength);
    if (bytes.byteLength <= INLINE_BYTES_MAX) {
      assert.deepEqual(Buffer.from(bytes), Buffer.from(output.bytes));
    }
  }
  // What the arbitrary has written.
  const members = JSON.parse(parts.parameters || "{}") as Record<string, unknown>;
  for (const [name, value] of outcome.parameters ?? []) {
    assert.deepEqual(typeof value === "bigint" ? Number(value) : value, members[name]);
  }
  assert.equal(outcome.parameters?.size ?? 0, Object.keys(members).length);
}

test("outcomes come back as they were, without what nobody has asked for", () => {
  fc.assert(
    fc.property(fc.array(outcomeParts, { maxLength: 4 }), (outcomes) => {
      const arena = new ArenaWriter("test", { bytesMax: ARENA_BYTES_MAX, idleBytesMax: 0 });
      const frame = encode(new FrameWriter(arena, INLINE_BYTES_MAX), outcomes);
      const decoded = decode(frame, outcomes.length);
      for (const [index, outcome] of decoded.entries()) {
        check(outcome, outcomes[index]!);
      }
      release(decoded);
      assert.equal(reader.viewCount, 0);
      arena.close();
    }),
    fuzzOptions(),
  );
});

test("a damaged answer is refused as a whole, or is another answer; no memory is kept, and nothing else is thrown", () => {
  let refusedCount = 0;
  fc.assert(
    fc.property(
      fc.array(outcomeParts, { minLength: 1, maxLength: 4 }),
      damage,
      (outcomes, harm) => {
        const arena = new ArenaWriter("test", { bytesMax: ARENA_BYTES_MAX, idleBytesMax: 0 });
        const frame = encode(new FrameWriter(arena, INLINE_BYTES_MAX), outcomes);
        try {
          release(decode(damaged(frame, harm), outcomes.length));
        } catch (error) {
          assert.ok(error instanceof WireError, String(error));
          assert.notEqual(error.message, "");
          refusedCount++;
        }
        assert.equal(reader.viewCount, 0);
        arena.close();
      },
    ),
    fuzzOptions(),
  );
  assert.ok(refusedCount > 0, "nothing was damaged so that it shows");
});
