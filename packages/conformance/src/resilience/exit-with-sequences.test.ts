// Tests our server, as a process, when it is told to end while sequences live on an open stream.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { delay } from "../delay.ts";
import { type GrpcAction, GrpcConnection, type GrpcOutcome } from "../grpc-exchange.ts";
import { framesOf, responseText } from "../grpc-message.ts";
import { grpcPath, streamRequest } from "../grpc-step.ts";
import { exchange } from "../http-exchange.ts";
import { httpRequest, rawBytes } from "../http-request.ts";
import { writeModels } from "../model-repository.ts";
import { ownCommand } from "../run-conformance.ts";
import { type ServerExit, ServerProcess } from "../server-process.ts";
import { base64 } from "../suites/grpc-requests.ts";

const CONFIG = `backend: "repeat" model_transaction_policy { decoupled: true }
  input { name: "IN" data_type: TYPE_INT32 dims: -1 } input { name: "DELAY" data_type: TYPE_UINT32 dims: -1 }
  input { name: "WAIT" data_type: TYPE_UINT32 dims: 1 }
  output { name: "OUT" data_type: TYPE_INT32 dims: 1 } output { name: "IDX" data_type: TYPE_UINT32 dims: 1 }
  sequence_batching { max_sequence_idle_microseconds: 600000000 oldest { max_candidate_sequences: 4 } }`;

/** Longer than any test waits. */
const FOREVER_MS = 3_600_000;
const ROUNDS_MAX = 500;

/** The start of a sequence, and its end if that is said; its only answer comes so late. */
function start(id: number, delayMs: number, isEnd = false): Uint8Array {
  return streamRequest({
    modelName: "m",
    id: String(id),
    parameters: {
      sequence_id: { int64Param: String(id) },
      sequence_start: { boolParam: true },
      sequence_end: { boolParam: isEnd },
    },
    inputs: [
      { name: "IN", datatype: "INT32", shape: [1] },
      { name: "DELAY", datatype: "UINT32", shape: [1] },
      { name: "WAIT", datatype: "UINT32", shape: [1] },
    ],
    rawInputContents: [
      base64(rawBytes(Int32Array.of(id))),
      base64(rawBytes(Uint32Array.of(delayMs))),
      base64(rawBytes(Uint32Array.of(0))),
    ],
  });
}

async function serve(context: TestContext, exitTimeoutSecs: number): Promise<ServerProcess> {
  const directory = mkdtempSync(join(tmpdir(), "nereid-exit-"));
  context.after(() => rmSync(directory, { recursive: true }));
  writeModels(directory, [{ name: "m", files: { "config.pbtxt": CONFIG, "1/placeholder": "" } }]);
  const server = await ServerProcess.start(ownCommand({}), [
    `--model-repository=${directory}`,
    `--exit-timeout-secs=${exitTimeoutSecs}`,
    "--http-address=127.0.0.1",
    "--http-port=<http-port>",
    "--grpc-address=127.0.0.1",
    "--grpc-port=<grpc-port>",
    "--allow-metrics=false",
  ]);
  context.after(() => server.stop("SIGKILL"));
  await server.untilAnswering();
  return server;
}

/** The ids of the requests that the stream's messages answer, errors among them. */
function answeredIds({ data }: GrpcOutcome): readonly string[] {
  return framesOf(data).frames.map(({ bytes }) => {
    const text = responseText(grpcPath("ModelStreamInfer"), bytes) ?? "";
    return /"id":"(\d+)"/.exec(text)?.[1] ?? text;
  });
}

/** Waits until the model has begun with so many requests. */
async function untilExecuted({ httpPort: port }: ServerProcess, count: number): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const outcome = await exchange(httpRequest("/v2/models/m/stats"), { port });
    assert.ok(outcome.kind === "answer");
    if (Buffer.from(outcome.body).toString().includes(`"execution_count":${count},`)) {
      return;
    }
    await delay(20);
  }
  assert.fail("the requests do not run");
}

/** Two requests are on a stream, and the server is told to end while the model still answers the second. */
async function endMeanwhile(
  context: TestContext,
  exitTimeoutSecs: number,
  actions: readonly GrpcAction[],
): Promise<{ readonly outcome: GrpcOutcome; readonly exit: ServerExit }> {
  const server = await serve(context, exitTimeoutSecs);
  const connection = await GrpcConnection.open(server.grpcPort);
  context.after(() => connection.close());
  const path = grpcPath("ModelStreamInfer");
  const call = connection.call({ path, headers: {}, actions, timeoutMs: 60_000 });
  await untilExecuted(server, 2);
  // A process that takes much longer than its exit timeout is killed, and has no code.
  const exit = await server.stop("SIGTERM");
  return { outcome: await call, exit };
}

test("a server that ends answers what its sequences have asked once each, and exits with the stream", async (context) => {
  const actions = [start(1, 0, true), start(2, 700, true), "end"] as const;
  const { outcome, exit } = await endMeanwhile(context, 30, actions);
  assert.deepEqual(answeredIds(outcome), ["1", "2"]);
  assert.equal(outcome.trailers.get("grpc-status"), "0");
  assert.equal(exit.code, 0);
});

test("a client that keeps its stream and its sequences open is answered once each, and holds the exit up until its time is over", async (context) => {
  const { outcome, exit } = await endMeanwhile(context, 2, [start(1, 0), start(2, 700)]);
  assert.deepEqual(answeredIds(outcome), ["1", "2"]);
  assert.match(exit.output, /Exit timeout expired\. Exiting immediately\./);
  assert.equal(exit.code, 1);
});

test("a sequence whose model does not answer holds the exit up until its time is over, and no longer", async (context) => {
  const { outcome, exit } = await endMeanwhile(context, 2, [start(1, 0), start(2, FOREVER_MS)]);
  assert.deepEqual(answeredIds(outcome), ["1"]);
  assert.match(exit.output, /Exit timeout expired\. Exiting immediately\./);
  assert.equal(exit.code, 1);
});
