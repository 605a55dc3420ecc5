import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { LatencyWindow } from "./latency-window.ts";

test("nothing has no latency", () => {
  assert.equal(new LatencyWindow().quantileNs(0.99), 0);
});

test("a window that is cleared knows nothing", () => {
  const window = new LatencyWindow();
  window.add(5_000_000);
  window.clear();
  window.add(1_000_000);
  assert.equal(window.count, 1);
  assert.ok(window.quantileNs(1) < 1_030_000);
});

test("property: a quantile is the durations' own, to 2 %, and never below it", () => {
  const durations = fc.array(fc.integer({ min: 0, max: 3_600_000_000_000 }), { minLength: 1 });
  fc.assert(
    fc.property(durations, fc.integer({ min: 1, max: 100 }), (values, percent) => {
      const window = new LatencyWindow();
      for (const ns of values) {
        window.add(ns);
      }
      const sorted = values.toSorted((left, right) => left - right);
      const exact = sorted[Math.ceil((values.length * percent) / 100) - 1] ?? 0;
      const found = window.quantileNs(percent / 100);
      assert.ok(found >= exact * 0.999999, `${found} for ${exact}`);
      assert.ok(found <= Math.max(1000, exact) * 1.021, `${found} for ${exact}`);
    }),
    fuzzOptions(),
  );
});
