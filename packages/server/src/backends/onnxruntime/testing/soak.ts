// Runs thousands of checked requests of all kinds with forced collections, and sends what it found to its parent. Runs in
// a process of its own with --expose-gc: what it looks for would end the process.
import { identityModel } from "@nereid/onnx-writer";
import { encodeBytesTensor } from "@nereid/protocol";
import { executeBatch, makeRequest, type TestInput } from "./infer.ts";
import { createTestBackend, LoadedModel } from "./model-fixture.ts";

export interface SoakResult {
  readonly runCount: number;
  readonly wrongCount: number;
  readonly leasedCount: number;
  /** Bytes outside the heap at a quarter of the runs and at their end. */
  readonly earlyExternalBytes: number;
  readonly lateExternalBytes: number;
}

const RUN_COUNT = 6000;
const GC_INTERVAL = 50;

/** A small generator of its own, so that a failure can be repeated. */
function createRandom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state % bound;
  };
}

function collect(): void {
  globalThis.gc?.();
}

const random = createRandom(1);
const backend = createTestBackend();

/** Rows of floats: few on the heap, many outside it. */
function floatRows(rowCount: number): TestInput {
  const width = random(20) === 0 ? 1 + random(30_000) : 1 + random(40);
  const data = new Float32Array(rowCount * width).fill(random(1000));
  return { shape: [rowCount, width], data };
}

function stringRows(rowCount: number): TestInput {
  const data = Array.from({ length: rowCount * 2 }, () => "s\0".repeat(random(20)));
  return { shape: [rowCount, 2], data };
}

function bytesOf({ data }: TestInput): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : encodeBytesTensor(data);
}

/** Runs one batch of up to three requests with equal widths and counts the wrong answers. */
async function runOnce(model: LoadedModel, isText: boolean): Promise<number> {
  const first = isText ? stringRows(1) : floatRows(1);
  const inputs = [first];
  while (inputs.length < 3 && random(3) === 0) {
    inputs.push(isText ? stringRows(1) : { ...first });
  }
  const requests = inputs.map((input) => makeRequest(model.spec, { inputs: { INPUT0: input } }));
  const instance = model.instances[random(model.instances.length)] ?? model.instance;
  const responses = await executeBatch(instance, requests).responses;
  let wrongCount = 0;
  responses.forEach((response, index) => {
    const expected = inputs[index];
    const actual = response.outputs[0]?.bytes;
    if (expected === undefined || actual === undefined) {
      wrongCount++;
    } else if (Buffer.compare(bytesOf(expected), actual) !== 0) {
      wrongCount++;
    }
    response.release();
  });
  return wrongCount;
}

async function main(): Promise<SoakResult> {
  const config = { maxBatchSize: 4 };
  const models: LoadedModel[] = [];
  for (const elementType of ["FLOAT", "STRING"] as const) {
    for (const mode of ["inline", "thread", "auto"]) {
      models.push(
        await LoadedModel.load(backend, {
          onnx: identityModel({ elementType, dims: ["width"], isBatched: true }),
          config,
          parameters: { NEREID_EXECUTION_MODE: mode },
          instanceCount: 2,
        }),
      );
    }
  }
  let wrongCount = 0;
  let earlyExternalBytes = 0;
  for (let run = 0; run < RUN_COUNT; run++) {
    const index = random(models.length);
    const model = models[index];
    if (model !== undefined) {
      wrongCount += await runOnce(model, index >= 3);
    }
    if (run % GC_INTERVAL === 0) {
      collect();
    }
    if (run === RUN_COUNT / 4) {
      earlyExternalBytes = process.memoryUsage().arrayBuffers;
    }
  }
  collect();
  const lateExternalBytes = process.memoryUsage().arrayBuffers;
  const { leasedCount } = backend.runtime.resources.buffers;
  for (const model of models) {
    await model[Symbol.asyncDispose]();
  }
  await backend.close();
  return { runCount: RUN_COUNT, wrongCount, leasedCount, earlyExternalBytes, lateExternalBytes };
}

process.send?.(await main());
