import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { ManualClock } from "../base/testing/manual-clock.ts";
import { LAZY_DELAY_MS } from "./ring-limits.ts";
import { PortPair } from "./testing/port-pair.ts";

const side = fc.constantFrom("left" as const, "right" as const);
const step = fc.oneof(
  fc.record({
    kind: fc.constant("send" as const),
    side,
    count: fc.integer({ min: 1, max: 20 }),
    padding: fc.integer({ min: 0, max: 200 }),
    how: fc.constantFrom("at once" as const, "lazily" as const, "quietly" as const),
  }),
  fc.record({ kind: fc.constant("turn" as const), side }),
  fc.record({ kind: fc.constant("wait" as const) }),
);

test("however sends, turns, bells and time interleave: all records arrive, once and in order, and both sides come to rest", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 150 }),
      fc.constantFrom(0, 100, 2000, Number.POSITIVE_INFINITY),
      (steps, leftWaitingBytesMax) => {
        const clock = new ManualClock();
        const pair = new PortPair({ clock, leftWaitingBytesMax });
        const sent = { left: 0, right: 0 };
        for (const next of steps) {
          switch (next.kind) {
            case "send":
              for (let count = 0; count < next.count; count++) {
                pair[next.side].send(sent[next.side]++, next.how, next.padding);
              }
              break;
            case "turn":
              pair[next.side].step();
              break;
            case "wait":
              clock.advance(LAZY_DELAY_MS / 2);
              break;
          }
        }
        pair.left.port.ring();
        pair.right.port.ring();
        pair.settle();
        clock.advance(LAZY_DELAY_MS);
        pair.settle();
        assert.deepEqual(pair.right.received, [...Array(sent.left).keys()]);
        assert.deepEqual(pair.left.received, [...Array(sent.right).keys()]);
        assert.equal(pair.left.port.isFull, false);
        assert.equal(pair.right.port.isFull, false);
        assert.deepEqual([...pair.left.failures, ...pair.right.failures], []);
      },
    ),
    fuzzOptions(),
  );
});
