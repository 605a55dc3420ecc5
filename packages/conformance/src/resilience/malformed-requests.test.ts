// Tests our server, as a process, with every malformed request of the suites, again and again: it lives, and grows no larger.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { exchange } from "../http-exchange.ts";
import { inferRequest } from "../http-request.ts";
import { writeModels } from "../model-repository.ts";
import type { RequestStep } from "../suite.ts";
import { binaryDataSuite } from "../suites/binary-data.ts";
import { classificationSuite } from "../suites/classification.ts";
import { dataCompressionSuite } from "../suites/data-compression.ts";
import { jsonInput } from "../suites/infer-data.ts";
import { inputValidationSuite } from "../suites/input-validation.ts";
import { jsonSuite } from "../suites/json.ts";
import { stringIoSuite } from "../suites/string-io.ts";
import { residentByteSize } from "./resident-memory.ts";
import { startWithSmallHeap } from "./small-heap-server.ts";

const SUITES = [
  binaryDataSuite,
  classificationSuite,
  dataCompressionSuite,
  inputValidationSuite,
  jsonSuite,
  stringIoSuite,
];
/** Until pools are filled and code is compiled. */
const WARM_UP_ROUNDS = 2;
const ROUNDS = 5;
const CONCURRENCY = 8;
/** What the pieces of the small heap, the pools and the allocator's leftovers may move by. */
const GROWTH_MAX = 64 * 1024 * 1024;

/** The requests of the suites that are one exchange each. */
function malformedRequests(): readonly RequestStep[] {
  return SUITES.flatMap(({ cases }) =>
    cases.flatMap(({ steps: [step, ...more] }) =>
      step?.kind === "request" && step.port === "http" && more.length === 0 ? [step] : [],
    ),
  );
}

/** Sends all of them, some at a time. What is answered is the suites' matter. */
async function sendAll(port: number, requests: readonly RequestStep[]): Promise<void> {
  const queue = requests.values();
  const lane = async (): Promise<void> => {
    for (const { bytes, isEnded } of queue) {
      await exchange(bytes, { port, isEnded: isEnded ?? false });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
}

test("what is malformed costs the server neither its life nor its memory", async (context) => {
  const directory = mkdtempSync(join(tmpdir(), "nereid-malformed-"));
  context.after(() => rmSync(directory, { recursive: true }));
  for (const { models } of SUITES) {
    writeModels(directory, models);
  }
  const server = await startWithSmallHeap([`--model-repository=${directory}`]);
  context.after(() => server.stop("SIGKILL"));
  const { httpPort: port, processId } = server;
  const requests = malformedRequests();
  assert.ok(requests.length > 250);
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    await sendAll(port, requests);
  }
  const before = residentByteSize(processId);
  for (let round = 0; round < ROUNDS; round++) {
    await sendAll(port, requests);
  }
  const growth = residentByteSize(processId) - before;
  assert.ok(growth < GROWTH_MAX, `grew by ${growth} bytes`);

  const good = inferRequest("identity_fp32", jsonInput("FP32", [1], "[2.5]"));
  const answer = await exchange(good, { port });
  assert.ok(answer.kind === "answer");
  assert.equal(answer.status, 200);
  assert.match(Buffer.from(answer.body).toString(), /"data":\[2\.5\]/);
  assert.equal((await server.stop("SIGTERM")).code, 0);
});
