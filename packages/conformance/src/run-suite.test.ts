import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { goldenOfRun } from "./golden-file.ts";
import { judgeSuite, type Verdict } from "./judge-suite.ts";
import { writeModels } from "./model-repository.ts";
import type { Observation } from "./observation.ts";
import { observeRefusal, runSuite } from "./run-suite.ts";
import type { ServerCommand } from "./server-process.ts";
import {
  awaited,
  type Case,
  change,
  logged,
  meanwhile,
  type RequestStep,
  type Suite,
  send,
  sendRaw,
  testCase,
  together,
  untilAnswered,
} from "./suite.ts";

const FAKE: ServerCommand = [process.execPath, join(import.meta.dirname, "testing/fake-server.ts")];

function suiteOf(cases: readonly Case[], flags: readonly string[] = []): Suite {
  const models = [{ name: "m", files: { "config.pbtxt": "x" } }];
  return { name: "L0_fake", about: "", models, flags, cases };
}

async function observe(
  cases: readonly Case[],
  options: { readonly flags?: readonly string[]; readonly isPeer?: boolean } = {},
): Promise<ReadonlyMap<string, readonly Observation[]>> {
  const { observations } = await runSuite(suiteOf(cases, options.flags), {
    command: FAKE,
    isPeer: options.isPeer ?? false,
    only: null,
  });
  return observations;
}

/** Records a run of the fake server and judges another, started with other flags, by it. */
async function judge(
  cases: readonly Case[],
  flags: readonly string[],
): Promise<readonly Verdict[]> {
  const suite = suiteOf(cases);
  const golden = goldenOfRun({
    suite,
    observations: await observe(cases, { isPeer: true }),
    provenance: { suite: suite.name, server: "fake", command: "fake" },
    earlier: null,
  });
  return judgeSuite({
    suite,
    golden,
    observations: await observe(cases, { flags }),
    differences: [],
  });
}

test("every answer of a case is observed, in order", async () => {
  const observations = await observe([
    testCase("two", send("/answer/404/no"), send("/tail")),
    testCase("json", send("/json", { masks: [[/0\.5/, "<half>"]] })),
  ]);
  assert.deepEqual(observations.get("two"), [
    { status: 404, text: "no" },
    {
      status: 200,
      headers: { "inference-header-content-length": "2" },
      text: "{}",
      tail: Buffer.from([1, 2, 3]).toString("base64"),
    },
  ]);
  assert.deepEqual(observations.get("json"), [
    {
      status: 200,
      headers: { "content-type": "application/json" },
      text: '{"value":<half>,"nan":NaN}',
    },
  ]);
});

test("the repository is written, may be changed, and its path does not show", async () => {
  const observations = await observe([
    testCase(
      "change",
      send("/models"),
      change((directory) => writeModels(directory, [{ name: "n", files: {} }])),
      send("/models"),
    ),
  ]);
  assert.deepEqual(
    observations.get("change")?.map(({ text }) => text),
    ["m", "m,n"],
  );
});

test("a request is repeated until its answer is awaited", async () => {
  const step: RequestStep = {
    ...send("/count"),
    until: ({ text }) => text === '{"count":3}',
  };
  const observations = await observe([testCase("count", step)]);
  assert.equal(observations.get("count")?.[0]?.text, '{"count":3}');
});

test("while a request is on its way others are answered, and what holds it is let go", async () => {
  const release = change((directory) => writeModels(directory, [{ name: "released", files: {} }]));
  const observations = await observe([
    testCase(
      "held",
      ...together([send("/held")], { isOrderObserved: true }),
      awaited(({ repositoryDirectory }) => existsSync(join(repositoryDirectory, "held"))),
      meanwhile(send("/models")),
      { ...release, isMeanwhile: true },
      send("/answer/200/after"),
    ),
  ]);
  assert.deepEqual(observations.get("held"), [
    { status: 200, text: "released", order: 0 },
    { status: 200, text: "held,m" },
    { status: 200, text: "after" },
  ]);
});

test("the answer to one request of a row is awaited while another is on its way", async () => {
  const release = change((directory) => writeModels(directory, [{ name: "released", files: {} }]));
  const row = together([send("/held"), send("/answer/200/early")], { isOrderObserved: true });
  const observations = await observe([
    testCase("held", ...row, untilAnswered(1), { ...release, isMeanwhile: true }),
  ]);
  assert.deepEqual(observations.get("held"), [
    { status: 200, text: "released", order: 1 },
    { status: 200, text: "early", order: 0 },
  ]);
});

test("messages of the log are observed, those of earlier cases are not", async () => {
  const asked = /asked for (\/answer\S+)/;
  const observations = await observe([
    testCase("first", send("/answer/200/one"), logged(asked)),
    testCase("second", send("/answer/200/two"), send("/answer/200/two"), logged(asked)),
  ]);
  assert.deepEqual(observations.get("first")?.[1], { status: "logged", text: "/answer/200/one" });
  assert.deepEqual(observations.get("second")?.[2], { status: "logged", text: "/answer/200/two" });
});

test("a server that dies is noticed and started again", async () => {
  const observations = await observe([
    testCase("die", send("/die")),
    testCase("after", send("/answer/200/alive")),
  ]);
  assert.deepEqual(observations.get("die"), [{ status: "died" }]);
  assert.deepEqual(observations.get("after"), [{ status: 200, text: "alive" }]);
});

test("a server that does not start fails every case once, with what it printed", async () => {
  const cases = [testCase("a", send("/")), testCase("b", send("/"))];
  const observations = await observe(cases, { flags: ["--refuse=today"] });
  assert.equal(observations.get("a")?.[0]?.status, "not run");
  assert.match(observations.get("b")?.[0]?.text ?? "", /ended with 3:\nrefused: today/);
  const golden = { provenance: { suite: "", server: "", command: "" }, answers: new Map() };
  const [verdict] = judgeSuite({ suite: suiteOf(cases), golden, observations, differences: [] });
  assert.equal(verdict?.isPassed, false);
});

test("the real server must start", async () => {
  await assert.rejects(
    observe([testCase("a", send("/"))], { flags: ["--refuse=x"], isPeer: true }),
    /refused: x/,
  );
});

test("a server of its own may be started, and its exit observed", async () => {
  const flags = ["--refuse=<repository> a.cc:17 b:17", "--http-port=<http-port>"];
  const observations = await observe([
    testCase("start", { kind: "start", flags, stream: "stderr" }),
  ]);
  assert.deepEqual(observations.get("start"), [
    { status: "exit 3", text: "refused: <repository> a.cc:<line> b:17\n" },
  ]);
});

test("deadly cases are kept from the real server", async () => {
  const deadly: Case = { ...testCase("deadly", send("/die")), isDeadlyForPeer: true };
  assert.equal((await observe([deadly], { isPeer: true })).size, 0);
  assert.equal((await observe([deadly])).size, 1);
});

test("a server that answers as recorded passes, another fails", async () => {
  const cases = [
    testCase("answer", send("/answer/200/same")),
    testCase("json", send("/json", { tolerance: 0.01 })),
    testCase("raw", sendRaw("GET /answer/201/x HTTP/1.1\r\nHost: x\r\n\r\n")),
  ];
  const same = await judge(cases, []);
  assert.deepEqual(
    same.map(({ name, problems }) => [name, problems]),
    [
      ["L0_fake/answer", []],
      ["L0_fake/json", []],
      ["L0_fake/raw", []],
    ],
  );
  const other = await judge(cases, ["--answer=other", "--value=0.505"]);
  assert.deepEqual(
    other.map(({ name, isPassed }) => [name, isPassed]),
    [
      ["L0_fake/answer", false],
      ["L0_fake/json", true],
      ["L0_fake/raw", false],
    ],
  );
});

test("the refusal of a suite's flags is observed, and that there is none", async () => {
  assert.deepEqual(await observeRefusal(suiteOf([], ["--refuse=it"]), FAKE), {
    code: 3,
    output: "refused: it\n",
  });
  assert.equal(await observeRefusal(suiteOf([]), FAKE), null);
});
