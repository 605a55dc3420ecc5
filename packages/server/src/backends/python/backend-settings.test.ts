import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBackendSettings } from "./backend-settings.ts";

const REFUSED: readonly (readonly [string, string, string])[] = [
  ["shm-default-byte-size", "1048575", "shm-default-byte-size can't be smaller than 4 MiBs"],
  ["shm-growth-byte-size", "0", "shm-growth-byte-size can't be smaller than or equal to zero."],
  ["stub-timeout-seconds", "-1", "stub-timeout-seconds can't be smaller than or equal to zero."],
  ["thread-pool-size", "0", "thread-pool-size can't be less than 1."],
  ["shm-region-prefix-name", "", "shm-region-prefix-name must at least contain one character."],
  ["shm_message_queue_size", "many", "stol"],
  ["shm-max-byte-size", "5", "shm-max-byte-size can't be smaller than 1 MiB"],
  ["stub-restart", "maybe", "stub-restart must be true or false."],
];

for (const [key, value, message] of REFUSED) {
  test(`${key}=${value} is refused`, () => {
    assert.throws(() => parseBackendSettings(new Map([[key, value]]), "python"), { message });
  });
}

test("numbers are read as the C library reads them", () => {
  const settings = parseBackendSettings(new Map([["stub-timeout-seconds", " 7s"]]), "python");
  assert.equal(settings.startTimeoutMs, 7000);
});

test("unset settings have their defaults", () => {
  const settings = parseBackendSettings(new Map(), "mine");
  assert.equal(settings.python, "python3");
  assert.equal(settings.memoryName, "triton_mine_backend_shm_region_");
  assert.equal(settings.isRestarted, true);
  assert.equal(settings.sendTimeoutMs, 120_000);
});
