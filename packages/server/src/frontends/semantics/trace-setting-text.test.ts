import assert from "node:assert/strict";
import { test } from "node:test";
import { readTraceSettingUpdate, type TraceSettingTexts } from "./trace-setting-text.ts";

const NOTHING: TraceSettingTexts = {
  levels: undefined,
  rate: undefined,
  count: undefined,
  logFrequency: undefined,
};

test("what a client leaves out stays, what it clears is null, the rest is read", () => {
  assert.deepEqual(readTraceSettingUpdate(NOTHING, ""), {});
  const cleared = { levels: null, rate: null, count: null, logFrequency: null };
  assert.deepEqual(readTraceSettingUpdate(cleared, ""), cleared);
  const given = { levels: ["TENSORS", "x"], rate: " 5x", count: "-1", logFrequency: "-3" };
  assert.deepEqual(readTraceSettingUpdate(given, ""), {
    levels: ["TENSORS"],
    rate: 5,
    count: -1,
    logFrequency: 4294967293,
  });
  assert.deepEqual(readTraceSettingUpdate({ ...NOTHING, levels: ["OFF"] }, ""), { levels: [] });
  assert.deepEqual(readTraceSettingUpdate({ ...NOTHING, levels: ["x"] }, ""), {});
});

test("texts that are no settings are refused with the real server's words", () => {
  const cases: readonly (readonly [Partial<TraceSettingTexts>, string])[] = [
    [{ levels: ["OFF", "TENSORS"] }, "Expect only one trace level 'OFF' is specified"],
    [{ rate: "x" }, "Unable to parse 'trace_rate', got: x"],
    [
      { rate: "99999999999" },
      "Unable to parse 'trace_rate', value is out of range [ 0, 4294967295 ], got: 99999999999",
    ],
    [{ count: "-2" }, "Unable to parse 'trace_count'. Expecting value >= -1, got: -2"],
    [
      { count: "9999999999" },
      "Unable to parse 'trace_count', value is out of range [ -1, 2147483647 ], got: 9999999999",
    ],
    [{ logFrequency: "" }, "Unable to parse 'log_frequency', got: "],
  ];
  for (const [texts, message] of cases) {
    assert.throws(() => readTraceSettingUpdate({ ...NOTHING, ...texts }, " "), { message });
  }
});
