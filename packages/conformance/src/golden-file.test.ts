import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { digestOfCase, type Golden, goldenOfRun, readGolden, writeGolden } from "./golden-file.ts";
import { type Suite, send, testCase } from "./suite.ts";

const PROVENANCE = { suite: "L0_x", server: "tritonserver 1.2.3", command: "tritonserver --flag" };

function suiteOf(...names: readonly string[]): Suite {
  const cases = names.map((name) => testCase(name, send(`/${name}`)));
  return { name: "L0_x", about: "", models: [], flags: [], cases };
}

test("a golden file is read as it was written, a line a case", () => {
  const directory = mkdtempSync(join(tmpdir(), "golden-"));
  try {
    const path = join(directory, "deep", "L0_x.jsonl");
    assert.equal(readGolden(path), null);
    const golden: Golden = {
      provenance: PROVENANCE,
      answers: new Map([
        ["a", { asked: "1", observations: [{ status: 200, text: "line\nbreak" }] }],
        ["b", { asked: "2", observations: [{ status: "closed" }, { status: 404 }] }],
      ]),
    };
    writeGolden(path, golden);
    assert.deepEqual(readGolden(path), golden);
    assert.equal(readFileSync(path, "utf8").trimEnd().split("\n").length, 3);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("a run's golden follows the suite and keeps what did not run", () => {
  const earlier = goldenOfRun({
    suite: suiteOf("a", "b", "old"),
    observations: new Map(["a", "b", "old"].map((name) => [name, [{ status: 1 }]])),
    provenance: PROVENANCE,
    earlier: null,
  });
  const { answers } = goldenOfRun({
    suite: suiteOf("b", "new", "a"),
    observations: new Map([["new", [{ status: 2 }]]]),
    provenance: PROVENANCE,
    earlier,
  });
  assert.deepEqual(
    [...answers].map(([name, { observations }]) => [name, observations[0]?.status]),
    [
      ["b", 1],
      ["new", 2],
      ["a", 1],
    ],
  );
});

test("answers that agree with the earlier record leave it as it is", () => {
  const suite: Suite = {
    ...suiteOf(),
    cases: [testCase("a", send("/a", { anyOrder: true })), testCase("b", send("/b"))],
  };
  const record = (text: string, earlier: Golden | null): Golden =>
    goldenOfRun({
      suite,
      observations: new Map(["a", "b"].map((name) => [name, [{ status: 200, text }]])),
      provenance: PROVENANCE,
      earlier,
    });
  const first = record('{"x":1,"y":2}', null);
  const second = record('{"y":2,"x":1}', first);
  assert.equal(second.answers.get("a"), first.answers.get("a"));
  assert.equal(second.answers.get("b")?.observations[0]?.text, '{"y":2,"x":1}');
});

test("the digest of a case changes with what it asks and how the answer is looked at", () => {
  const digests = [
    testCase("x", send("/a")),
    testCase("x", send("/b")),
    testCase("x", send("/a", { masks: [[/a/, "b"]] })),
    testCase("x", { ...send("/a"), port: "metrics" as const }),
    testCase("x", send("/a"), send("/a")),
  ].map(digestOfCase);
  assert.equal(new Set(digests).size, digests.length);
  assert.equal(digestOfCase(testCase("y", send("/a"))), digests[0]);
});
