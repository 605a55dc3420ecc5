import assert from "node:assert/strict";
import { test } from "node:test";
import {
  parseBackendConfig,
  parsePair,
  parseRestriction,
  parseTraceConfig,
} from "./parse-setting.ts";

// What is refused is compared with the real server in command-lines.test.ts.

test("a backend's setting splits at the first comma and the first = behind it", () => {
  assert.deepEqual(parseBackendConfig("onnxruntime,a=b=c,d"), {
    name: "onnxruntime",
    setting: "a",
    value: "b=c,d",
  });
  assert.deepEqual(parseBackendConfig("a=b"), { name: "", setting: "a", value: "b" });
  assert.deepEqual(parseBackendConfig("x=y,a=b"), { name: "x=y", setting: "a", value: "b" });
});

test("a trace setting's mode is checked before its form", () => {
  const seen: string[] = [];
  const check = (mode: string): void => {
    seen.push(mode);
  };
  assert.deepEqual(parseTraceConfig("triton,file=/a", check), {
    name: "triton",
    setting: "file",
    value: "/a",
  });
  assert.throws(() => parseTraceConfig("other", check), /option format/);
  assert.throws(() => parseTraceConfig("other,x", check), /option format/);
  assert.deepEqual(seen, ["triton", "other"]);
});

test("a restriction lists its APIs, its header and the value, in which : and = are plain", () => {
  const kind = { flag: "http-restricted-api", feature: "api" } as const;
  assert.deepEqual(parseRestriction("health,model-config:X-Key=a=b:c", kind, []), {
    apis: ["health", "model-config"],
    header: "X-Key",
    value: "a=b:c",
  });
});

test("a pair splits at the first delimiter", () => {
  assert.deepEqual(parsePair("1:2:3", ":"), ["1", "2:3"]);
  assert.deepEqual(parsePair("-5", "-"), ["", "5"]);
});
