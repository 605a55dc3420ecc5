// Tests both ends of the gRPC codecs against each other and against the generated messages of @bufbuild/protobuf.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import {
  type InferParameter,
  ModelInferRequestSchema,
  type ModelInferResponse,
  ModelInferResponseSchema,
  ModelStreamInferResponseSchema,
} from "../gen/inference/grpc_service_pb.ts";
import type { ClientInferResponse } from "../rest/decode-infer-response.ts";
import { DecodedInferRequest, type ParameterValue } from "../rest/decoded-infer-request.ts";
import { DATATYPES } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import { decodeModelInferRequest } from "./decode-model-infer-request.ts";
import {
  decodeModelInferResponse,
  decodeModelStreamInferResponse,
} from "./decode-model-infer-response.ts";
import { encodeModelInferRequest } from "./encode-model-infer-request.ts";
import {
  type EncodedInferResponse,
  encodeModelInferResponse,
  encodeModelStreamInferResponse,
} from "./encode-model-infer-response.ts";
import { GrpcResponseTemplate } from "./grpc-response-template.ts";
import { inferRequestFromGrpc } from "./infer-request-from-grpc.ts";
import { WireFormatError } from "./wire-format-error.ts";

const MODEL_NAME = "modèle";
const FINAL = "triton_final_response";

const texts = fc.string({ unit: "binary", maxLength: 200 }).map((text) => text.toWellFormed());
const names = texts.map((text) => text.replaceAll("\0", "0"));
const values: fc.Arbitrary<ParameterValue> = fc.oneof(
  fc.boolean(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double(),
  names,
);
const parameters = fc
  .dictionary(names, values, { maxKeys: 3, noNullPrototype: true })
  .map((record) => new Map(Object.entries(record).filter(([key]) => key !== FINAL)));
const tensors = fc.record({
  name: names,
  datatype: fc.constantFrom(...DATATYPES),
  shape: fc.array(fc.nat({ max: Number.MAX_SAFE_INTEGER }), { maxLength: 4 }),
  bytes: fc.uint8Array({ maxLength: 300 }),
});
const manyTensors = fc.uniqueArray(tensors, { maxLength: 4, selector: ({ name }) => name });

/** Both ways to write a message, which must give the same bytes. */
function bytesOf(encoded: EncodedInferResponse): Uint8Array {
  const whole = new Uint8Array(encoded.byteSize + 8).fill(0xee);
  assert.equal(encoded.writeWhole(whole, 4), 4 + encoded.byteSize);
  assert.deepEqual([...whole.subarray(0, 4), ...whole.subarray(-4)], Array(8).fill(0xee));
  const bytes = whole.subarray(4, -4);
  const parts = encoded.writeParts(new Uint8Array(encoded.headSize), 0);
  assert.deepEqual(Buffer.concat(parts), Buffer.from(bytes));
  return bytes;
}

function valuesOf(fields: Readonly<Record<string, InferParameter>>): Map<string, unknown> {
  return new Map(
    Object.entries(fields).map(([key, { parameterChoice }]) => [key, parameterChoice.value]),
  );
}

function plainGenerated(response: ModelInferResponse): unknown {
  return {
    id: response.id,
    modelName: response.modelName,
    modelVersion: response.modelVersion,
    parameters: valuesOf(response.parameters),
    outputs: response.outputs.map(({ name, datatype, shape }, index) => ({
      name,
      datatype,
      shape: shape.map(Number),
      bytes: [...response.rawOutputContents[index]!],
    })),
  };
}

function plainOurs(response: ClientInferResponse): unknown {
  const outputs = response.outputs.map((output) => ({ ...output, bytes: [...output.bytes] }));
  return { ...response, outputs };
}

test("responses say the same to the generated messages and to our client", () => {
  const template = new GrpcResponseTemplate({
    name: MODEL_NAME,
    versionText: "12",
    batchSizeMax: 0,
    outputs: [],
  });
  fc.assert(
    fc.property(
      names,
      manyTensors,
      parameters,
      fc.boolean(),
      (id, outputs, givenParameters, isFinal) => {
        const request = new DecodedInferRequest();
        request.id = id;
        const content = { outputs, parameters: givenParameters };
        const expected = {
          id,
          modelName: MODEL_NAME,
          modelVersion: "12",
          parameters: givenParameters,
          outputs: outputs.map((output) => ({ ...output, bytes: [...output.bytes] })),
        };
        const bytes = bytesOf(encodeModelInferResponse(template, request, content));
        assert.deepEqual(plainGenerated(fromBinary(ModelInferResponseSchema, bytes)), expected);
        assert.deepEqual(plainOurs(decodeModelInferResponse(bytes)), expected);

        const streamed = bytesOf(
          encodeModelStreamInferResponse(template, request, content, isFinal),
        );
        const message = fromBinary(ModelStreamInferResponseSchema, streamed);
        const withFinal = {
          ...expected,
          parameters: new Map(givenParameters).set(FINAL, isFinal),
        };
        assert.deepEqual(plainGenerated(message.inferResponse!), withFinal);
        const { errorMessage, response } = decodeModelStreamInferResponse(streamed);
        assert.equal(errorMessage, "");
        assert.deepEqual(plainOurs(response), withFinal);
      },
    ),
    fuzzOptions(),
  );
});

test("requests of our client say the same to the generated messages and to the server", () => {
  fc.assert(
    fc.property(names, names, manyTensors, parameters, (modelName, id, inputs, givenParameters) => {
      const outputs = inputs.map(({ name }, index) => ({ name, classCount: index }));
      const bytes = encodeModelInferRequest({
        modelName,
        modelVersion: "1",
        id,
        inputs,
        outputs,
        parameters: givenParameters,
      });
      const message = fromBinary(ModelInferRequestSchema, bytes);
      assert.deepEqual(
        [message.modelName, message.modelVersion, message.id, valuesOf(message.parameters)],
        [modelName, "1", id, givenParameters],
      );
      assert.deepEqual(
        message.inputs.map(({ name, datatype, shape }) => [name, datatype, shape.map(Number)]),
        inputs.map(({ name, datatype, shape }) => [name, datatype, shape]),
      );
      const decoded = decodeModelInferRequest(bytes);
      decoded.parameters = null;
      const request = inferRequestFromGrpc(decoded);
      assert.deepEqual(
        request.inputs.map(({ name, datatype, shape, bytes: data }) => [
          name,
          datatype,
          shape,
          [...data],
        ]),
        inputs.map(({ name, datatype, shape, bytes: data }) => [name, datatype, shape, [...data]]),
      );
      assert.deepEqual(
        request.outputs.map(({ name, classCount }) => ({ name, classCount })),
        outputs,
      );
    }),
    fuzzOptions(),
  );
});

test("any bytes are a response or refused", () => {
  const tags = fc.constantFrom(0x0a, 0x12, 0x1a, 0x22, 0x2a, 0x32, 0, 1, 2, 3, 4);
  const bytes = fc.array(fc.oneof(tags, fc.integer({ min: 0, max: 255 })), { maxLength: 60 });
  fc.assert(
    fc.property(bytes, (numbers) => {
      for (const decode of [decodeModelInferResponse, decodeModelStreamInferResponse]) {
        try {
          decode(Uint8Array.from(numbers));
        } catch (error) {
          assert.ok(
            error instanceof WireFormatError || error instanceof TritonError,
            String(error),
          );
        }
      }
    }),
    fuzzOptions(),
  );
});
