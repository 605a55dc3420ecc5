// Tests OnnxRuntimeInstance with requests of different lengths that are padded to run together.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type ElementType, identityModel, tokenEncoderModel } from "@nereid/onnx-writer";
import { StatusCode } from "@nereid/protocol";
import {
  executeBatch,
  infer,
  makeRequest,
  type TestOutput,
  type TestRequest,
  takeOutputs,
} from "./testing/infer.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";

const WIDTH = 16;

const backend = createTestBackend();
const { buffers, copies } = backend.runtime.resources;
after(async () => {
  assert.equal(buffers.leasedCount, 0);
  await backend.close();
});

const PADDED = {
  NEREID_PAD_INPUTS: "IDS[0]=powers_of_two 8",
  NEREID_PAD_MASKS: "MASK=IDS[0]",
};

function load(
  parameters: Readonly<Record<string, string>>,
  maskType: ElementType | null = "FLOAT",
  outputLength?: string,
) {
  return LoadedModel.load(backend, {
    onnx: tokenEncoderModel({
      maskType,
      width: WIDTH,
      ...(outputLength === undefined ? {} : { outputLength }),
    }),
    config: { maxBatchSize: 16 },
    parameters,
  });
}

/** Rows of ids that are all different from their neighbours'. */
function ids(rowCount: number, length: number, first: number): TestRequest {
  const data = BigInt64Array.from({ length: rowCount * length }, (_, index) =>
    BigInt((first + index * 5) % 32),
  );
  return { inputs: { IDS: { shape: [rowCount, length], data } } };
}

async function run(model: LoadedModel, tests: readonly TestRequest[]): Promise<TestOutput[][]> {
  const requests = tests.map((each) => makeRequest(model.spec, each));
  const responses = await executeBatch(model.instance, requests).responses;
  return responses.map((response) => takeOutputs(response));
}

function floats({ bytes }: TestOutput): number[] {
  return [...new Float32Array(bytes.slice().buffer)].map((value) => Math.round(value * 1e4));
}

/** What the model gives for a request alone, unpadded, with a mask of ones. */
async function expected(model: LoadedModel, request: TestRequest): Promise<TestOutput[]> {
  const { shape } = request.inputs["IDS"]!;
  const mask = { shape, data: new Float32Array(shape[0]! * shape[1]!).fill(1) };
  return infer(model.instance, model.spec, { inputs: { ...request.inputs, MASK: mask } });
}

const MIXED = [ids(1, 3, 1), ids(2, 8, 2), ids(1, 5, 3), ids(3, 1, 4)];

test("requests of different lengths run as one batch, and each gets what it would get alone", async () => {
  await using plain = await load({});
  await using padded = await load(PADDED);
  for (let round = 0; round < 3; round++) {
    const responses = await run(padded, MIXED);
    for (const [index, outputs] of responses.entries()) {
      const alone = await expected(plain, MIXED[index]!);
      assert.deepEqual(
        outputs.map((output) => [output.name, output.shape, floats(output)]),
        alone.map((output) => [output.name, output.shape, floats(output)]),
      );
    }
  }
});

test("large tensors are padded and cut in pooled memory", async () => {
  await using plain = await load({});
  await using padded = await load(PADDED);
  const requests = [ids(2, 1000, 1), ids(1, 700, 9), ids(3, 1024, 4)];
  const responses = await run(padded, requests);
  for (const [index, outputs] of responses.entries()) {
    const alone = await expected(plain, requests[index]!);
    assert.deepEqual(outputs.map(floats), alone.map(floats));
  }
});

test("the mask that the server makes is not an input of clients", async () => {
  await using model = await load(PADDED);
  assert.deepEqual([...model.spec.inputsByName.keys()], ["IDS"]);
  assert.equal(model.spec.requiredInputCount, 1);
  assert.deepEqual(model.config.input.map(({ name }) => name).sort(), ["IDS", "MASK"]);
});

const MASKS: readonly (readonly [ElementType, readonly number[]])[] = [
  ["BOOL", [1]],
  ["UINT8", [1]],
  ["INT32", [1, 0, 0, 0]],
  ["INT64", [1, 0, 0, 0, 0, 0, 0, 0]],
  ["FLOAT16", [0, 0x3c]],
  ["DOUBLE", [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]],
];

for (const [maskType, one] of MASKS) {
  test(`a mask of ${maskType} has ones for a request's elements and zeros behind them`, async () => {
    await using model = await load({ ...PADDED, NEREID_PAD_OUTPUTS: "SEEN[0]=none" }, maskType);
    const responses = await run(model, [ids(1, 3, 0), ids(2, 5, 0)]);
    const zero = one.map(() => 0);
    const row = (length: number) =>
      Array.from({ length: 8 }, (_, index) => (index < length ? one : zero)).flat();
    const seen = responses.map((outputs) => outputs.find(({ name }) => name === "SEEN")!);
    assert.deepEqual(
      seen.map(({ shape }) => shape),
      [
        [1, 8],
        [2, 8],
      ],
    );
    assert.deepEqual([...seen[0]!.bytes], row(3));
    assert.deepEqual([...seen[1]!.bytes], [...row(5), ...row(5)]);
  });
}

test("padding has the value that is configured", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "INT16", dims: ["a", 2, "b"], isBatched: true }),
    config: { maxBatchSize: 8 },
    parameters: {
      NEREID_PAD_INPUTS: "INPUT0[0]=2 4; INPUT0[2]=multiples_of 3",
      NEREID_PAD_VALUES: "INPUT0=-7",
      NEREID_PAD_OUTPUTS: "OUTPUT0[0]=none; OUTPUT0[2]=none",
    },
  });
  const data = Int16Array.of(1, 2, 3, 4);
  const [output] = await infer(model.instance, model.spec, {
    inputs: { INPUT0: { shape: [1, 1, 2, 2], data } },
  });
  assert.deepEqual(output?.shape, [1, 2, 2, 3]);
  assert.deepEqual(
    [...new Int16Array(output?.bytes.slice().buffer ?? new ArrayBuffer())],
    [1, 2, -7, 3, 4, -7, -7, -7, -7, -7, -7, -7],
  );
});

test("what exceeds the largest size is not padded", async () => {
  await using model = await load({ ...PADDED, NEREID_PAD_INPUTS: "IDS[0]=4, 8" });
  const responses = await run(model, [ids(1, 9, 0), ids(1, 9, 3)]);
  assert.deepEqual(
    responses[1]!.map(({ shape }) => shape),
    [
      [1, 9, WIDTH],
      [1, WIDTH],
      [1, 9],
    ],
  );
});

test("a single request that needs no padding is used where it is, and so is its output", async () => {
  await using model = await load(PADDED);
  const hidden = { outputs: ["HIDDEN"] };
  const request = { ...ids(1, 1024, 1), ...hidden };
  await run(model, [request]);
  const { inputCount, outputCount } = copies;
  await run(model, [request]);
  // The mask is made, not copied.
  assert.deepEqual([copies.inputCount, copies.outputCount], [inputCount, outputCount]);
  // Of one row the cut output is a beginning of the whole: a view, too.
  await run(model, [{ ...ids(1, 1000, 1), ...hidden }]);
  assert.deepEqual([copies.inputCount, copies.outputCount], [inputCount + 1, outputCount]);
});

test("an output that is not as long as the file says fails its requests, precisely", async () => {
  await using model = await load(
    { ...PADDED, NEREID_PAD_OUTPUTS: "HIDDEN[0]=IDS[0]; SEEN[0]=IDS[0]" },
    "FLOAT",
    "other",
  );
  const [outputs] = await run(model, [ids(1, 3, 0)]);
  assert.deepEqual(
    outputs!.map(({ shape }) => shape),
    [
      [1, 3, WIDTH],
      [1, WIDTH],
      [1, 3],
    ],
  );
  await using wrong = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "FLOAT", dims: ["a", "b"], isBatched: true }),
    config: { maxBatchSize: 8 },
    parameters: {
      NEREID_PAD_INPUTS: "INPUT0[0]=8; INPUT0[1]=16",
      NEREID_PAD_OUTPUTS: "OUTPUT0[0]=INPUT0[1]; OUTPUT0[1]=none",
    },
  });
  const request = { inputs: { INPUT0: { shape: [1, 2, 3], data: new Float32Array(6) } } };
  await assert.rejects(infer(wrong.instance, wrong.spec, request), {
    code: StatusCode.Internal,
    message:
      "[request id: <id_unknown>] output 'OUTPUT0' has shape [1,8,16], in which dimension 1 is not as long as " +
      "dimension 2 of input 'INPUT0', 16 with its padding",
  });
});

const REFUSED: readonly (readonly [
  string,
  Readonly<Record<string, string>>,
  string | undefined,
  RegExp,
])[] = [
  [
    "an output of which nothing is known",
    PADDED,
    "other",
    /padding: the model file does not say what 'SEEN\[0\]' is as long as, so NEREID_PAD_OUTPUTS must/,
  ],
  [
    "an input of the same length that is not padded",
    { NEREID_PAD_INPUTS: "IDS[0]=8" },
    undefined,
    /'MASK\[0\]' has the size 'length' in the model file, as 'IDS\[0\]' has, so NEREID_PAD_INPUTS must give both the same sizes/,
  ],
  [
    "an input of the same length that is padded otherwise",
    { NEREID_PAD_INPUTS: "IDS[0]=8; MASK[0]=16" },
    undefined,
    /must give both the same sizes/,
  ],
];

for (const [what, parameters, outputLength, message] of REFUSED) {
  test(`a model is refused for ${what}`, async () => {
    await assert.rejects(load(parameters, "FLOAT", outputLength), {
      code: StatusCode.InvalidArg,
      message,
    });
  });
}
