import { ELEMENT_TYPE_OF_DATATYPE, identityModel } from "@nereid/onnx-writer";
import { onnxModel } from "../model-repository.ts";
import { type Case, infer, type Suite, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { SAMPLES } from "./infer-data.ts";
import { batchedIdentityOf, classifier, identityOf } from "./sample-models.ts";

/** Asks for the k best of OUTPUT0, given JSON data. */
function best(
  model: string,
  datatype: string,
  shape: readonly number[],
  data: string,
  k: number,
  more = "",
): Case["steps"][number] {
  const output = `{"name":"OUTPUT0","parameters":{"classification":${k}${more}}}`;
  return infer(
    model,
    `{"inputs":[{"name":"INPUT0","datatype":"${datatype}","shape":[${shape.join()}],"data":${data}}],"outputs":[${output}]}`,
  );
}

/** Every type whose values JSON carries, at the edges of its range. */
function typeCases(): readonly Case[] {
  return Object.entries(SAMPLES).flatMap(([datatype, { json, count }]) =>
    json === null || datatype === "FP32" || datatype === "FP64"
      ? []
      : [
          testCase(
            `type_${datatype.toLowerCase()}`,
            best(`identity_${datatype.toLowerCase()}`, datatype, [count], json, 4),
          ),
        ],
  );
}

const LABELLED = onnxConfig({
  inputs: [["INPUT0", "FP32", [-1]]],
  outputs: [["OUTPUT0", "FP32", [-1], 'label_filename: "names.txt"']],
});

/** The classification extension. */
export const classificationSuite: Suite = {
  name: "L0_classification",
  about: "classification of outputs: number of classes, batches, labels, ties, types",
  models: [
    classifier(),
    ...(
      [
        "BOOL",
        "UINT8",
        "UINT16",
        "UINT32",
        "UINT64",
        "INT8",
        "INT16",
        "INT32",
        "INT64",
        "FP16",
        "FP32",
        "FP64",
        "BYTES",
      ] as const
    ).map(identityOf),
    batchedIdentityOf("FP32"),
    onnxModel(
      "labelled",
      identityModel({ elementType: ELEMENT_TYPE_OF_DATATYPE.FP32, dims: ["n"] }),
      LABELLED,
      { "names.txt": "one\n\n  three  \nvier:4\nfünf\r\nsix" },
    ),
    onnxModel(
      "matrix",
      identityModel({ elementType: "FLOAT", dims: [2, 3], isBatched: true }),
      onnxConfig({
        maxBatchSize: 2,
        inputs: [["INPUT0", "FP32", [2, 3]]],
        outputs: [["OUTPUT0", "FP32", [2, 3]]],
      }),
    ),
  ],
  flags: [],
  cases: [
    ...typeCases(),
    testCase("type_fp32", best("identity_fp32", "FP32", [5], "[0.5,-1,1e10,1e-10,0.924]", 5)),
    testCase("type_fp64", best("identity_fp64", "FP64", [4], "[0.1,-1.5,1e300,5e-324]", 4)),
    testCase(
      "type_fp16",
      infer(
        "identity_fp16",
        {
          inputs: [
            { name: "INPUT0", datatype: "FP16", shape: [2], parameters: { binary_data_size: 4 } },
          ],
          outputs: [{ name: "OUTPUT0", parameters: { classification: 1 } }],
        },
        { binary: [Uint8Array.of(0, 0x3c, 0, 0xbc)] },
      ),
    ),
    {
      ...testCase("type_bytes", best("identity_bytes", "BYTES", [2], '["a","b"]', 1)),
      isDeadlyForPeer: true,
    },
    testCase("one_of_five", best("identity_int32", "INT32", [5], "[3,9,1,7,5]", 1)),
    testCase("two_of_five", best("identity_int32", "INT32", [5], "[3,9,1,7,5]", 2)),
    testCase("more_than_there_are", best("identity_int32", "INT32", [3], "[3,9,1]", 100)),
    testCase("zero_is_off", best("identity_int32", "INT32", [3], "[3,9,1]", 0)),
    {
      ...testCase("no_elements", best("identity_int32", "INT32", [0], "[]", 2)),
      isDeadlyForPeer: true,
    },
    testCase("tie_of_two", best("identity_int32", "INT32", [2], "[5,5]", 2)),
    testCase("tie_best_only", best("identity_int32", "INT32", [4], "[1,5,5,2]", 1)),
    testCase("ties_of_four", best("identity_int32", "INT32", [4], "[5,5,5,5]", 4)),
    testCase("nan_and_infinity", best("identity_fp32", "FP32", [3], "[Infinity,1,-Infinity]", 3)),
    testCase("batched", best("batched_fp32", "FP32", [2, 3], "[1,3,2,6,4,5]", 2)),
    testCase(
      "batched_matrix",
      best("matrix", "FP32", [2, 2, 3], "[1,2,3,4,5,6,12,11,10,9,8,7]", 3),
    ),
    testCase("no_batching", best("identity_fp32", "FP32", [3], "[1,3,2]", 2)),
    testCase("labels", best("labelled", "FP32", [6], "[1,2,3,4,5,6]", 6)),
    testCase("labels_fewer_than_classes", best("labelled", "FP32", [8], "[1,2,3,4,5,6,8,7]", 3)),
    testCase(
      "labels_batched",
      infer("classifier", {
        inputs: [
          { name: "scores", datatype: "FP32", shape: [2, 4], data: [1, 5, 2, 3, 9, 1, 2, 3] },
        ],
        outputs: [
          { name: "probabilities", parameters: { classification: 2 } },
          { name: "best", parameters: { classification: 1 } },
        ],
      }),
    ),
    testCase("binary", best("labelled", "FP32", [3], "[1,3,2]", 2, ',"binary_data":true')),
    testCase("negative_values", best("identity_fp32", "FP32", [3], "[-1,-3,-2]", 3)),
    testCase(
      "large_integers",
      best("identity_uint64", "UINT64", [2], "[18446744073709551615,9223372036854775808]", 2),
    ),
  ],
};
