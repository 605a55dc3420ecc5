import assert from "node:assert/strict";
import { test } from "node:test";
import { serverUrl, withKnownHttpPort } from "./server-url.ts";

const CASES: readonly (readonly [readonly string[], string])[] = [
  [[], "http://127.0.0.1:8000"],
  [["--http-port=9000"], "http://127.0.0.1:9000"],
  [["--http-port", "9000"], "http://127.0.0.1:9000"],
  [["--http-port=9000", "--http-port", "9001"], "http://127.0.0.1:9001"],
  [["--http-address=192.168.1.7", "--http-port=9000"], "http://192.168.1.7:9000"],
  [["--http-address", "0.0.0.0"], "http://127.0.0.1:8000"],
  [["--http-address=::"], "http://[::1]:8000"],
  [["--http-address=fe80::1"], "http://[fe80::1]:8000"],
  [["--http-address=localhost", "--metrics-port=1"], "http://localhost:8000"],
];

for (const [flags, url] of CASES) {
  test(`${flags.join(" ") || "no flags"}: ${url}`, () => {
    assert.equal(serverUrl(flags), url);
  });
}

test("port 0 is a port that nobody listens at; other flags stay as they are", async () => {
  for (const flags of [
    [],
    ["--http-port=8000"],
    ["--http-port=0", "--http-port=8000"],
    ["--http-port="],
  ]) {
    assert.deepEqual(await withKnownHttpPort(flags), flags);
  }
  for (const flags of [
    ["--http-port=0"],
    ["--http-port", "0"],
    ["--http-port=8000", "--http-port=0"],
  ]) {
    const known = await withKnownHttpPort(flags);
    assert.deepEqual(known.slice(0, -1), flags);
    assert.match(serverUrl(known), /^http:\/\/127\.0\.0\.1:[1-9][0-9]*$/);
  }
});
