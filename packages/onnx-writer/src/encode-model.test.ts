import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { encodeModel, encodeModelParts } from "./encode-model.ts";
import type { OnnxModel } from "./model.ts";
import { messages, readProto, texts } from "./proto-reader.ts";
import { floatTensor, int64Tensor, noiseTensor } from "./tensor-value.ts";
import { writeModel } from "./write-model.ts";

function modelWith(graph: Partial<OnnxModel["graph"]>): OnnxModel {
  return { graph: { name: "g", inputs: [], outputs: [], nodes: [], ...graph } };
}

test("the model carries versions, metadata and the operator set", () => {
  const fields = readProto(
    encodeModel({
      ...modelWith({}),
      opset: 21,
      irVersion: 10,
      modelVersion: 7,
      metadata: { author: "someone" },
    }),
  );
  assert.deepEqual(fields.get(1), [10n]);
  assert.deepEqual(fields.get(5), [7n]);
  assert.deepEqual(messages(fields, 8)[0]?.get(2), [21n]);
  const entry = messages(fields, 14)[0];
  assert.ok(entry !== undefined);
  assert.deepEqual([texts(entry, 1), texts(entry, 2)], [["author"], ["someone"]]);
});

test("fixed, symbolic and missing dimensions, and a missing shape, are told apart", () => {
  const fields = readProto(
    encodeModel(
      modelWith({
        inputs: [
          { name: "a", elementType: "FLOAT16", dims: [3, "n", null] },
          { name: "b", elementType: "STRING", dims: null },
        ],
      }),
    ),
  );
  const graph = messages(fields, 7)[0];
  assert.ok(graph !== undefined);
  const tensorTypes = messages(graph, 11).map((info) => messages(messages(info, 2)[0]!, 1)[0]!);
  assert.deepEqual(
    tensorTypes.map((type) => type.get(1)),
    [[10n], [8n]],
  );
  const dims = messages(messages(tensorTypes[0]!, 2)[0]!, 1);
  assert.equal(dims.length, 3);
  assert.deepEqual(dims[0]?.get(1), [3n]);
  assert.deepEqual(texts(dims[1]!, 2), ["n"]);
  assert.equal(dims[2]?.size, 0);
  assert.equal(tensorTypes[1]?.get(2), undefined);
});

test("every kind of attribute states its type", () => {
  const fields = readProto(
    encodeModel(
      modelWith({
        nodes: [
          {
            opType: "Op",
            domain: "custom",
            inputs: ["x", ""],
            outputs: ["y"],
            attributes: {
              f: { float: 0.5 },
              i: { int: -3 },
              s: { string: "text" },
              t: { tensor: floatTensor([1]) },
              g: { graph: { name: "inner", inputs: [], outputs: [], nodes: [] } },
              fs: { floats: [1, 2] },
              is: { ints: [1n, 2] },
              ss: { strings: ["a", "b"] },
            },
          },
        ],
      }),
    ),
  );
  const node = messages(messages(fields, 7)[0]!, 1)[0]!;
  assert.deepEqual(texts(node, 1), ["x", ""]);
  assert.deepEqual(texts(node, 7), ["custom"]);
  const attributes = messages(node, 5);
  assert.deepEqual(
    attributes.map((attribute) => attribute.get(20)?.[0]),
    [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n],
  );
  assert.deepEqual(attributes[0]?.get(2), [0.5]);
  assert.deepEqual(attributes[1]?.get(3), [BigInt.asUintN(64, -3n)]);
  assert.deepEqual(attributes[6]?.get(8), [1n, 2n]);
  assert.deepEqual(texts(attributes[7]!, 9), ["a", "b"]);
});

test("an initializer's bytes are little-endian raw data, a string's are strings", () => {
  const fields = readProto(
    encodeModel(
      modelWith({
        initializers: {
          shape: int64Tensor([2, -1]),
          words: { elementType: "STRING", dims: [2], data: ["", "ü"] },
        },
      }),
    ),
  );
  const [shape, words] = messages(messages(fields, 7)[0]!, 5);
  assert.ok(shape !== undefined && words !== undefined);
  assert.deepEqual(texts(shape, 8), ["shape"]);
  assert.deepEqual(shape.get(1), [2n]);
  const raw = shape.get(9)?.[0];
  assert.ok(raw instanceof Uint8Array);
  assert.deepEqual([...raw], [2, 0, 0, 0, 0, 0, 0, 0, ...new Array<number>(8).fill(255)]);
  assert.deepEqual(texts(words, 6), ["", "ü"]);
});

test("a tensor whose bytes do not fit its dims is refused", () => {
  const wrong = { ...floatTensor([1, 2]), dims: [3] };
  assert.throws(
    () => encodeModel(modelWith({ initializers: { w: wrong } })),
    /tensor 'w': 8 bytes for 3 elements of 4 bytes/,
  );
});

test("streamed weights are made only while they are written", () => {
  let isMade = false;
  const model = modelWith({
    initializers: {
      w: {
        elementType: "UINT8",
        dims: [4],
        data: {
          byteLength: 4,
          chunks() {
            isMade = true;
            return [Uint8Array.of(1, 2), Uint8Array.of(3, 4)];
          },
        },
      },
    },
  });
  const encoded = encodeModelParts(model);
  assert.equal(isMade, false);
  assert.equal(encodeModel(model).byteLength, encoded.byteLength);
  assert.equal(isMade, true);
});

test("external data stands beside the model, one tensor behind the other", () => {
  const directory = mkdtempSync(join(tmpdir(), "onnx-writer-"));
  try {
    const weights = (values: readonly number[]) => {
      const bytes = new Uint8Array(Float32Array.from(values).buffer);
      return {
        elementType: "FLOAT" as const,
        dims: [values.length],
        data: { externalFile: "w.bin", bytes },
      };
    };
    const path = join(directory, "deep", "model.onnx");
    const model = modelWith({ initializers: { a: weights([1, 2]), b: weights([3]) } });
    writeModel(path, model);
    assert.equal(statSync(join(directory, "deep", "w.bin")).size, 12);
    const [, b] = messages(messages(readProto(readFileSync(path)), 7)[0]!, 5);
    assert.ok(b !== undefined);
    const entries = messages(b, 13).map((entry) => [texts(entry, 1)[0], texts(entry, 2)[0]]);
    assert.deepEqual(entries, [
      ["location", "w.bin"],
      ["offset", "8"],
      ["length", "4"],
    ]);
    assert.deepEqual(b.get(14), [1n]);
    assert.throws(() => encodeModel(model), /more than one file/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("noise weights have the promised size and differ from row to row", () => {
  const { data } = noiseTensor([40, 1024], 1);
  assert.ok(!Array.isArray(data) && "chunks" in data);
  const bytes = Buffer.concat([...data.chunks()]);
  assert.equal(bytes.byteLength, 40 * 1024 * 4);
  assert.notDeepEqual(bytes.subarray(0, 4096), bytes.subarray(16 * 4096, 17 * 4096));
});
