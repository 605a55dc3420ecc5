import assert from "node:assert/strict";
import { test } from "node:test";
import { isModelModified, isVersionModified, type ModelFingerprint } from "./fingerprint.ts";

function fingerprint(entries: Record<string, bigint>): ModelFingerprint {
  return { modifiedNsByEntry: new Map(Object.entries(entries)), configEntry: "config.pbtxt" };
}

const BEFORE = fingerprint({ "": 5n, "config.pbtxt": 3n, "1": 10n, "2": 4n, "labels.txt": 2n });

function after(entries: Record<string, bigint>): ModelFingerprint {
  return fingerprint({ ...Object.fromEntries(BEFORE.modifiedNsByEntry), ...entries });
}

test("a model is modified when its newest file is newer than before", () => {
  assert.equal(isModelModified(BEFORE, after({})), false);
  assert.equal(isModelModified(BEFORE, after({ "config.pbtxt": 9n })), false);
  assert.equal(isModelModified(BEFORE, after({ "config.pbtxt": 11n })), true);
  assert.equal(isModelModified(BEFORE, after({ "3": 11n })), true);
});

test("a version is modified by its own files and by those of the whole model, not by the configuration", () => {
  assert.equal(isVersionModified(BEFORE, after({ "2": 11n }), 1n), false);
  assert.equal(isVersionModified(BEFORE, after({ "2": 11n }), 2n), true);
  assert.equal(isVersionModified(BEFORE, after({ "config.pbtxt": 11n }), 1n), false);
  assert.equal(isVersionModified(BEFORE, after({ "": 11n }), 1n), false);
  assert.equal(isVersionModified(BEFORE, after({ "labels.txt": 11n }), 1n), true);
});
