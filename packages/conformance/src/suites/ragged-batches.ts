import type { OnnxModel, TensorValue } from "@nereid/onnx-writer";
import { type ModelSource, onnxModel } from "../model-repository.ts";
import { type Case, infer, type RequestStep, testCase, together } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";

function int64(...values: readonly number[]): TensorValue {
  const data = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
  return { elementType: "INT64", dims: [values.length], data };
}

/** RAGGED [n] comes back as it is, cut by the requests' shapes, and MADE, which the batch makes of it, to every row. */
function raggedModel(rank: 1 | 2): OnnxModel {
  const made = rank === 1 ? ["m"] : ["m", "r"];
  return {
    graph: {
      name: "ragged",
      inputs: [
        { name: "RAGGED", elementType: "FLOAT", dims: ["n"] },
        { name: "ROW", elementType: "FLOAT", dims: ["batch", 1] },
        { name: "MADE", elementType: "FLOAT", dims: made },
      ],
      outputs: [
        { name: "VALUES", elementType: "FLOAT", dims: ["n"] },
        { name: "SEEN", elementType: "FLOAT", dims: ["batch", ...made] },
      ],
      nodes: [
        { opType: "Neg", inputs: ["RAGGED"], outputs: ["VALUES"] },
        { opType: "Shape", inputs: ["ROW"], outputs: ["row_shape"] },
        { opType: "Slice", inputs: ["row_shape", "zero", "one"], outputs: ["rows"] },
        {
          opType: "Concat",
          inputs: ["rows", "ones"],
          outputs: ["shape"],
          attributes: { axis: { int: 0 } },
        },
        { opType: "Expand", inputs: ["MADE", "shape"], outputs: ["SEEN"] },
      ],
      initializers: { zero: int64(0), one: int64(1), ones: int64(...made.map(() => 1)) },
    },
  };
}

const KINDS = [
  "ELEMENT_COUNT",
  "ACCUMULATED_ELEMENT_COUNT",
  "ACCUMULATED_ELEMENT_COUNT_WITH_ZERO",
  "ITEM_SHAPE",
  "ITEM_SHAPE_FLATTEN",
] as const;

/** Its batches are closed by their size: requests of 1, 1 and 2 rows make one. */
function ragged(kind: (typeof KINDS)[number]): ModelSource {
  const rank = kind === "ITEM_SHAPE" ? 2 : 1;
  return onnxModel(
    `ragged_${kind.toLowerCase()}`,
    raggedModel(rank),
    onnxConfig({
      maxBatchSize: 4,
      inputs: [
        ["RAGGED", "FP32", [-1, -1], "allow_ragged_batch: true"],
        ["ROW", "FP32", [1]],
      ],
      outputs: [
        ["VALUES", "FP32", [-1, -1]],
        ["SEEN", "FP32", rank === 1 ? [-1] : [-1, -1]],
      ],
      more: `batch_input { kind: BATCH_${kind} target_name: "MADE" data_type: TYPE_FP32 source_input: "RAGGED" }
batch_output { target_name: "VALUES" kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "RAGGED" }
dynamic_batching { max_queue_delay_microseconds: 5000000 }
instance_group { kind: KIND_CPU count: 1 }`,
    }),
  );
}

function raggedRequest(model: string, shape: readonly [number, number, number]): RequestStep {
  const count = shape[0] * shape[1] * shape[2];
  return infer(model, {
    inputs: [
      {
        name: "RAGGED",
        datatype: "FP32",
        shape,
        data: Array.from({ length: count }, (_, index) => shape[1] * 100 + index),
      },
      {
        name: "ROW",
        datatype: "FP32",
        shape: [shape[0], 1],
        data: new Array<number>(shape[0]).fill(0),
      },
    ],
  });
}

/** A model for each kind of input that a batch makes of its requests' shapes. */
export const RAGGED_MODELS: readonly ModelSource[] = KINDS.map(ragged);

/** Requests of different shapes in one run. */
export const RAGGED_CASES: readonly Case[] = KINDS.map((kind) => {
  const model = `ragged_${kind.toLowerCase()}`;
  return testCase(
    model,
    ...together([
      raggedRequest(model, [1, 2, 3]),
      raggedRequest(model, [1, 4, 1]),
      raggedRequest(model, [2, 1, 2]),
    ]),
  );
});
