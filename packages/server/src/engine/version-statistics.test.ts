import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import { VersionStatistics } from "./version-statistics.ts";

const FAILURE = new TritonError(StatusCode.Unknown, "simulated failure");
const CANCELLATION = new TritonError(StatusCode.Cancelled, "cancelled");

test("an answer counts as what came of it, and computing counts unless it was cancelled", () => {
  const statistics = new VersionStatistics("m", 1n);
  const none = { count: 0, ns: 0 };
  const once = (ns: number) => ({ count: 1, ns });
  const times = { startNs: 10, outputStartNs: 17, endNs: 20 };
  const withoutOutputs = { ...times, outputStartNs: 0 };
  const cases = [
    [
      { ...times, error: null },
      { computeInfer: once(7), computeOutput: once(3), success: once(10) },
    ],
    [
      { ...times, error: FAILURE },
      { computeInfer: once(7), computeOutput: once(3), fail: once(10) },
    ],
    [
      { ...withoutOutputs, error: FAILURE },
      { computeInfer: once(10), fail: once(10) },
    ],
    [
      { ...withoutOutputs, error: null },
      { computeInfer: once(10), emptyResponse: once(10) },
    ],
    [{ ...times, error: CANCELLATION }, { cancel: once(10) }],
  ] as const;
  const nothing = {
    computeInfer: none,
    computeOutput: none,
    success: none,
    fail: none,
    emptyResponse: none,
    cancel: none,
  };
  for (const [index, [report]] of cases.entries()) {
    statistics.recordResponse(index, report);
  }
  assert.deepEqual(
    statistics.responses,
    cases.map(([, expected]) => ({ ...nothing, ...expected })),
  );
});

test("answers of one number add up, whoever asked", () => {
  const statistics = new VersionStatistics("m", 1n);
  for (const endNs of [5, 8]) {
    statistics.recordResponse(0, { startNs: 1, outputStartNs: 2, endNs, error: null });
  }
  assert.deepEqual(statistics.responses[0]?.success, { count: 2, ns: 11 });
});

test("a model that never ends does not make its statistics grow without end", () => {
  const statistics = new VersionStatistics("m", 1n);
  for (let index = 0; index < 20_000; index++) {
    statistics.recordResponse(index, { startNs: 0, outputStartNs: 1, endNs: 2, error: null });
  }
  assert.equal(statistics.responses.length, 16_384);
});
