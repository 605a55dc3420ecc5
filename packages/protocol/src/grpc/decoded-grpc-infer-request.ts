import type { ParameterValue } from "../rest/decoded-infer-request.ts";
import type { TensorContents } from "./tensor-contents.ts";

/** Which member of the message InferParameter is set, by its field number; 0 where none is. */
export const GrpcParameterKind = {
  None: 0,
  Bool: 1,
  Int64: 2,
  String: 3,
  Double: 4,
  Uint64: 5,
} as const;

export type GrpcParameterKind = (typeof GrpcParameterKind)[keyof typeof GrpcParameterKind];

/** One InferParameter. `value` is a boolean, bigint, string, number or bigint, in the order of the kinds; null for None. */
export class GrpcParameter {
  readonly kind: GrpcParameterKind;
  readonly value: ParameterValue | null;

  constructor(kind: GrpcParameterKind, value: ParameterValue | null) {
    this.kind = kind;
    this.value = value;
  }
}

/** Parameters by name, each as it came last; null where a message has none. */
export type GrpcParameters = ReadonlyMap<string, GrpcParameter> | null;

/** One InferInputTensor as the message carries it, nothing checked. Dimensions are rounded above 2^53. */
export class GrpcInferInput {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters: GrpcParameters;
  /** null: the message has no `contents`; an empty one is there. */
  readonly contents: TensorContents | null;

  constructor(
    name: string,
    datatype: string,
    shape: readonly number[],
    parameters: GrpcParameters,
    contents: TensorContents | null,
  ) {
    this.name = name;
    this.datatype = datatype;
    this.shape = shape;
    this.parameters = parameters;
    this.contents = contents;
  }
}

/** One InferRequestedOutputTensor as the message carries it. */
export class GrpcRequestedOutput {
  readonly name: string;
  readonly parameters: GrpcParameters;

  constructor(name: string, parameters: GrpcParameters) {
    this.name = name;
    this.parameters = parameters;
  }
}

const NO_INPUTS: readonly GrpcInferInput[] = [];
const NO_OUTPUTS: readonly GrpcRequestedOutput[] = [];
const NO_CONTENTS: readonly Uint8Array[] = [];

/**
 * A ModelInferRequest as the message carries it, before anything has been checked: what a front end needs to find the model
 * and to name the request in an error. `inferRequestFromGrpc` makes the request itself of it.
 */
export class DecodedGrpcInferRequest {
  modelName = "";
  /** As sent; empty for the greatest version that is ready. */
  modelVersion = "";
  id = "";
  parameters: Map<string, GrpcParameter> | null = null;
  inputs: readonly GrpcInferInput[] = NO_INPUTS;
  outputs: readonly GrpcRequestedOutput[] = NO_OUTPUTS;
  /** Views of the message's bytes. */
  rawInputContents: readonly Uint8Array[] = NO_CONTENTS;
  /** Whether any text of the message has a zero character, at which the real server cuts texts off. */
  hasZeroCharacter = false;
}
