import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeLogMessage, formatLogHead, type LogLineHead } from "./log-line.ts";

const HEAD: LogLineHead = {
  level: "I",
  epochUs: Date.UTC(2026, 10, 3, 2, 5, 9) * 1000 + 336,
  processId: 9195,
  file: "server.cc",
  line: 604,
};

test("the default format has month and day, time to the microsecond in UTC, process and place", () => {
  assert.equal(formatLogHead(HEAD, "default"), "I1103 02:05:09.000336 9195 server.cc:604] ");
  assert.equal(
    formatLogHead({ ...HEAD, level: "W", epochUs: HEAD.epochUs + 999_663 }, "default"),
    "W1103 02:05:09.999999 9195 server.cc:604] ",
  );
});

test("ISO 8601 has whole seconds, and the level behind the time", () => {
  assert.equal(
    formatLogHead({ ...HEAD, level: "E" }, "ISO8601"),
    "2026-11-03T02:05:09Z E 9195 server.cc:604] ",
  );
});

test("messages are JSON strings with upper-case digits", () => {
  const table: readonly (readonly [string, string])[] = [
    ["Started HTTPService at 0.0.0.0:8000", '"Started HTTPService at 0.0.0.0:8000"'],
    [
      'a "quoted" \\ / line\nbreak\ttab\r\b\f',
      String.raw`"a \"quoted\" \\ / line\nbreak\ttab\r\b\f"`,
    ],
    ["\u001f\u0000\u007f", '"\\u001F\\u0000\u007f"'],
    ["\\u00ff \u001b", String.raw`"\\u00ff \u001B"`],
    ["é \u2028 \u{1f600}", '"é \u2028 \u{1f600}"'],
    ["\ud800", String.raw`"\uD800"`],
    ["", '""'],
  ];
  for (const [message, line] of table) {
    assert.equal(escapeLogMessage(message), line);
  }
});
