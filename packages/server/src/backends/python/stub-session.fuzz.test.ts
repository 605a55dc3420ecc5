// Tests one life of a process that says anything at all, in any order, whole or damaged: what it was given is answered once,
// it is ended with a reason, and nothing of it stays behind.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseModelConfigText, StatusCode, TritonError } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../tools/fuzz-options.ts";
import { systemClock } from "../../base/clock.ts";
import { nullLogger } from "../../base/logger.ts";
import { compileModelSpec } from "../../config/compile-model-spec.ts";
import { Batch } from "../../model/batch.ts";
import type { ModelHost } from "../../model/model-host.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { InferenceRequest } from "../../model/request.ts";
import { InferenceResponse } from "../../model/response.ts";
import { ABSENT_HOST } from "../../model/testing/absent-host.ts";
import { ArenaWriter } from "./arena-writer.ts";
import { parseBackendSettings } from "./backend-settings.ts";
import { FrameWriter } from "./frame-writer.ts";
import { encodeJsonFrame, type JsonObject } from "./json-frame.ts";
import type { PythonModelParts } from "./python-model-parts.ts";
import { StubSession } from "./stub-session.ts";
import { damage, damaged, outcomeParts, outputTensor } from "./testing/stub-arbitraries.ts";
import { encodeOutcomes } from "./testing/stub-frames.ts";
import { FrameKind } from "./wire.ts";

const REQUEST_COUNT = 3;
const INLINE_BYTES_MAX = 1000;

const directory = mkdtempSync(join(tmpdir(), "nereid-stub-"));
after(() => rmSync(directory, { recursive: true }));
const saying = join(directory, "saying");
/** What is started instead of an interpreter: says what it is to say, and ends. */
const script = join(directory, "stub");
writeFileSync(script, `#!/bin/sh\nexec cat '${saying}' >&3\n`, { mode: 0o755 });

function modelSpec(isDecoupled: boolean): ModelSpec {
  return compileModelSpec(
    parseModelConfigText(`
      name: "model" backend: "python"
      input [{ name: "IN" data_type: TYPE_FP32 dims: [1] }]
      output [{ name: "OUT" data_type: TYPE_FP32 dims: [-1] }]
      model_transaction_policy { decoupled: ${isDecoupled} }`),
    1n,
    new Map(),
  );
}

/** Has one model, which answers at once with nothing. */
const host: ModelHost = {
  ...ABSENT_HOST,
  getModel: (name, version) =>
    name === "known"
      ? {
          spec: modelSpec(false),
          config: parseModelConfigText('name: "known" backend: "python"'),
          enqueue: (request) => request.respond(InferenceResponse.ok([]), true),
        }
      : ABSENT_HOST.getModel(name, version),
};

function createSession(
  isDecoupled: boolean,
  onDeath: (reason: string) => void,
): { readonly session: StubSession; readonly spec: ModelSpec } {
  const spec = modelSpec(isDecoupled);
  const unsupported = (): never => {
    throw new TritonError(StatusCode.Unsupported, "no metrics");
  };
  // The rest of it is for what starts processes.
  const parts = {
    spec,
    settings: parseBackendSettings(new Map(), "python"),
    command: { python: script, libraryPath: null, environment: {} },
    host,
    metrics: { openScope: () => ({ createFamily: unsupported, close() {} }) },
    clock: systemClock,
    log: nullLogger,
  } as unknown as PythonModelParts;
  const instance = { spec, runningBatch: null };
  return { session: new StubSession(parts, instance, onDeath), spec };
}

const ids = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: REQUEST_COUNT }) },
  fc.nat(),
);

const outcomesFrame = fc.record({
  kind: fc.constantFrom(FrameKind.ExecuteDone, FrameKind.Response, FrameKind.Response),
  flags: fc.nat(3),
  id: ids,
  outcomes: fc.oneof(
    fc.array(outcomeParts, { minLength: 1, maxLength: 1 }),
    fc.array(outcomeParts, { minLength: REQUEST_COUNT, maxLength: REQUEST_COUNT }),
  ),
});

const METHODS = [
  "infer",
  "infer_cancel",
  "load_model",
  "unload_model",
  "is_model_ready",
  "room",
  "metric_family_create",
  "metric_create",
  "metric_value",
  "metric_delete",
  "log",
  "started",
  "nothing",
] as const;

const field = fc.oneof(
  fc.constantFrom("known", "unknown", "", "INFO"),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 2 }),
);

const FIELDS = [
  "model",
  "name",
  "config",
  "requestId",
  "level",
  "message",
  "call",
  "family",
  "metric",
];
const OTHER_FIELDS = [
  "version",
  "flags",
  "timeoutUs",
  "correlationId",
  "requestedOutputs",
  "parameters",
];

/** A call of the known model that is well-formed, changed here and there. */
const payload = fc
  .record({
    method: fc.constantFrom(...METHODS),
    changes: fc.dictionary(fc.constantFrom(...FIELDS, ...OTHER_FIELDS, "isBlocking"), field, {
      maxKeys: 3,
    }),
  })
  .map(
    ({ method, changes }): JsonObject => ({
      method,
      model: "known",
      version: -1,
      requestId: "",
      correlationId: 0,
      flags: 0,
      timeoutUs: 0,
      isDecoupled: false,
      parameters: null,
      requestedOutputs: ["OUT"],
      ...changes,
    }),
  );

const jsonFrame = fc.record({
  kind: fc.constantFrom(FrameKind.Call, FrameKind.Call, FrameKind.Notify, FrameKind.Result),
  id: ids,
  payload,
  tensors: fc.array(outputTensor, { maxLength: 2 }),
});

/** What the process says, byte by byte. */
const speech: fc.Arbitrary<Buffer> = fc
  .array(
    fc.record({
      frame: fc.oneof(outcomesFrame, jsonFrame),
      harm: fc.option(damage, { freq: 3 }),
    }),
    { maxLength: 6 },
  )
  .map((frames) => {
    const arena = new ArenaWriter("test", { bytesMax: 1 << 26, idleBytesMax: 0 });
    const writer = new FrameWriter(arena, INLINE_BYTES_MAX);
    const said = frames.map(({ frame, harm }) => {
      const encoded =
        "outcomes" in frame
          ? encodeOutcomes(writer, frame, frame.outcomes)
          : encodeJsonFrame(writer, { ...frame, flags: 0 }, frame.payload, frame.tensors);
      return harm === null ? Buffer.from(encoded) : damaged(encoded, harm);
    });
    arena.close();
    return Buffer.concat(said);
  });

/** The result of a command that it was not given. */
function unaskedResult(): Buffer {
  const arena = new ArenaWriter("test", { bytesMax: 1 << 26, idleBytesMax: 0 });
  const head = { kind: FrameKind.Result, flags: 0, id: REQUEST_COUNT + 1 };
  const frame = encodeJsonFrame(new FrameWriter(arena, INLINE_BYTES_MAX), head, {}, []);
  arena.close();
  return Buffer.from(frame);
}

test("whatever a process says, its requests are answered once, it ends with a reason, and nothing stays", async () => {
  const reasons = new Set<string>();
  await fc.assert(
    fc.asyncProperty(speech, fc.boolean(), async (bytes, isDecoupled) => {
      writeFileSync(saying, bytes);
      const death = Promise.withResolvers<string>();
      const { session, spec } = createSession(isDecoupled, death.resolve);
      const finals: number[] = [];
      let completeCount = 0;
      const requests = Array.from(
        { length: REQUEST_COUNT },
        () => new InferenceRequest(spec, { send() {} }, 0),
      );
      const batch = new Batch(requests, {
        onBatchResponse: (_batch, index, response, isFinal) => {
          response?.release();
          if (isFinal) {
            finals.push(index);
          }
        },
        onBatchComplete: (ended, outcomes) => {
          completeCount++;
          for (const [index, outcome] of outcomes.entries()) {
            outcome?.release();
            if (outcome !== null || ended.isRescheduled(index)) {
              finals.push(index);
            }
          }
        },
      });
      session.execution.execute(batch);
      reasons.add((await death.promise).replaceAll(/\d+/g, "n"));
      session.execution.fail(new TritonError(StatusCode.Internal, "it has died"));
      assert.equal(completeCount, 1);
      assert.deepEqual(
        finals.toSorted((left, right) => left - right),
        [0, 1, 2],
      );
      assert.equal(session.execution.openCount, 0);
      // Calls that take their time are answered by then.
      await session.stub.exited;
      assert.equal(session.stub.outputs.viewCount, 0);
    }),
    // However few lives there is time for: one that says nothing, and one that says what cannot be.
    {
      ...fuzzOptions(),
      examples: [
        [Buffer.alloc(0), false],
        [unaskedResult(), false],
      ],
    },
  );
  // Which of the two is seen first is the system's choice.
  const hasEnded =
    reasons.has("it closed its connection") || reasons.has("it exited with status n");
  assert.ok(hasEnded, [...reasons].join("\n"));
  assert.ok(reasons.has("it sent a result that nobody waits for"), [...reasons].join("\n"));
});
