import {
  addSubModel,
  classifierModel,
  type DatatypeName,
  ELEMENT_TYPE_OF_DATATYPE,
  identityModel,
} from "@nereid/onnx-writer";
import { type ModelSource, onnxModel } from "../model-repository.ts";
import { onnxConfig } from "./config-text.ts";

/** The fourteen protocol datatypes. */
export const DATATYPES: readonly DatatypeName[] = Object.keys(
  ELEMENT_TYPE_OF_DATATYPE,
) as DatatypeName[]; // the record's keys are exactly the names

/** The name of a datatype in a configuration, without TYPE_. */
export function configType(datatype: DatatypeName): string {
  return datatype === "BYTES" ? "STRING" : datatype;
}

/** Triton's `simple`: two INT32 [16] inputs, their sum and difference, batches up to 8. */
export function simpleModel(name = "simple"): ModelSource {
  return onnxModel(
    name,
    addSubModel({ isBatched: true }),
    onnxConfig({
      maxBatchSize: 8,
      inputs: [
        ["INPUT0", "INT32", [16]],
        ["INPUT1", "INT32", [16]],
      ],
      outputs: [
        ["OUTPUT0", "INT32", [16]],
        ["OUTPUT1", "INT32", [16]],
      ],
    }),
  );
}

/** INPUT0 → OUTPUT0 [-1] of a datatype, without batching, named `identity_<datatype>`. */
export function identityOf(datatype: DatatypeName): ModelSource {
  const type = configType(datatype);
  return onnxModel(
    `identity_${datatype.toLowerCase()}`,
    identityModel({ elementType: ELEMENT_TYPE_OF_DATATYPE[datatype], dims: ["n"] }),
    onnxConfig({ inputs: [["INPUT0", type, [-1]]], outputs: [["OUTPUT0", type, [-1]]] }),
  );
}

/** The same with a batch dimension, batches up to 4, named `batched_<datatype>`. */
export function batchedIdentityOf(datatype: DatatypeName): ModelSource {
  const type = configType(datatype);
  return onnxModel(
    `batched_${datatype.toLowerCase()}`,
    identityModel({
      elementType: ELEMENT_TYPE_OF_DATATYPE[datatype],
      dims: ["n"],
      isBatched: true,
    }),
    onnxConfig({
      maxBatchSize: 4,
      inputs: [["INPUT0", type, [-1]]],
      outputs: [["OUTPUT0", type, [-1]]],
    }),
  );
}

/** scores [4] → probabilities (with labels), best, total; batches up to 8. */
export function classifier(): ModelSource {
  return onnxModel(
    "classifier",
    classifierModel({ isBatched: true }),
    onnxConfig({
      maxBatchSize: 8,
      inputs: [["scores", "FP32", [4]]],
      outputs: [
        ["probabilities", "FP32", [4], 'label_filename: "labels.txt"'],
        ["best", "INT64", [1]],
        ["total", "FP32", [1]],
      ],
    }),
    { "labels.txt": "cat\ndog\nred panda\nzebra\n" },
  );
}
