import assert from "node:assert/strict";
import { test } from "node:test";
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import {
  InferParameterSchema,
  InferTensorContentsSchema,
  ModelInferRequest_InferInputTensorSchema,
  ModelInferRequest_InferRequestedOutputTensorSchema,
  ModelInferRequestSchema,
  ModelInferResponse_InferOutputTensorSchema,
  ModelInferResponseSchema,
  ModelStreamInferResponseSchema,
} from "../gen/inference/grpc_service_pb.ts";
import {
  ContentsTag,
  ParameterTag,
  RequestedOutputTag,
  RequestTag,
  ResponseTag,
  StreamResponseTag,
  TensorTag,
} from "./infer-tags.ts";
import { WireType } from "./wire-format.ts";

function wireTypeOf(scalar: ScalarType): number {
  switch (scalar) {
    case ScalarType.DOUBLE:
      return WireType.Fixed64;
    case ScalarType.FLOAT:
      return WireType.Fixed32;
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.Bytes;
    default:
      return WireType.Varint;
  }
}

/** The tags of a field: packed first, if it can be, then of one element. */
function tagsOf(field: DescField): number[] {
  const scalar = field.fieldKind === "scalar" || field.fieldKind === "list" ? field.scalar : null;
  const wireType = scalar == null ? WireType.Bytes : wireTypeOf(scalar);
  const tag = field.number * 8 + wireType;
  const isPackable = field.fieldKind === "list" && wireType !== WireType.Bytes;
  return isPackable ? [field.number * 8 + WireType.Bytes, tag] : [tag];
}

const MESSAGES: readonly (readonly [DescMessage, Readonly<Record<string, number>>])[] = [
  [ModelInferRequestSchema, RequestTag],
  [ModelInferResponseSchema, ResponseTag],
  [ModelStreamInferResponseSchema, StreamResponseTag],
  [ModelInferRequest_InferInputTensorSchema, TensorTag],
  [ModelInferResponse_InferOutputTensorSchema, TensorTag],
  [ModelInferRequest_InferRequestedOutputTensorSchema, RequestedOutputTag],
  [InferParameterSchema, ParameterTag],
  [InferTensorContentsSchema, ContentsTag],
];

test("the tags are those of the descriptors, in their order", () => {
  for (const [schema, tags] of MESSAGES) {
    assert.deepEqual(Object.values(tags), schema.fields.flatMap(tagsOf), schema.typeName);
  }
});
