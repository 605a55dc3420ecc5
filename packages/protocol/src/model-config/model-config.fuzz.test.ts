import assert from "node:assert/strict";
import { test } from "node:test";
import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  fromBinary,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { type ModelConfig, ModelConfigSchema } from "../gen/inference/model_config_pb.ts";
import { TritonError } from "../triton-error.ts";
import { modelConfigToJson, parseModelConfigJson } from "./model-config-json.ts";
import { formatModelConfigText, parseModelConfigText } from "./model-config-text.ts";
import { TextFormatError } from "./text-format/text-format-error.ts";

/** Values of one kind, the odd ones included. */
function scalarArbitrary(scalar: ScalarType): fc.Arbitrary<unknown> {
  switch (scalar) {
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.INT32:
      return fc.integer();
    case ScalarType.UINT32:
      return fc.nat().map((value) => value * 2 + 1);
    case ScalarType.INT64:
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case ScalarType.UINT64:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case ScalarType.FLOAT:
      return fc.float();
    case ScalarType.DOUBLE:
      return fc.double();
    default:
      return fc.oneof(
        fc.string({ unit: "binary", maxLength: 12 }),
        fc.constantFrom("__proto__", "constructor", "10", "9", "'\"\\", "\ufeff", "\0"),
      );
  }
}

function enumArbitrary(enumeration: DescEnum): fc.Arbitrary<number> {
  const known = enumeration.values.map(({ number }) => number);
  return fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.integer() },
  );
}

function valueArbitrary(field: DescField): fc.Arbitrary<unknown> {
  if (field.message !== undefined) {
    const schema: DescMessage = field.message;
    return fc.memo(() => messageArbitrary(schema))(1);
  }
  return field.enum === undefined
    ? scalarArbitrary(field.scalar ?? ScalarType.STRING)
    : enumArbitrary(field.enum);
}

function fieldArbitrary(field: DescField): fc.Arbitrary<(message: ReflectMessage) => void> {
  if (field.fieldKind === "list") {
    return fc
      .array(valueArbitrary(field), { minLength: 1, maxLength: 3 })
      .map((items) => (message) => {
        for (const item of items) {
          message.get(field).add(item);
        }
      });
  }
  if (field.fieldKind === "map") {
    const entry = fc.tuple(scalarArbitrary(field.mapKey), valueArbitrary(field));
    return fc.array(entry, { minLength: 1, maxLength: 3 }).map((entries) => (message) => {
      for (const [key, value] of entries) {
        message.get(field).set(key, value);
      }
    });
  }
  return valueArbitrary(field).map((value) => (message) => message.set(field, value));
}

/** Messages of a type with a few of its fields set. */
function messageArbitrary(schema: DescMessage): fc.Arbitrary<ReflectMessage> {
  if (schema.fields.length === 0) {
    return fc.constant(null).map(() => reflect(schema, create(schema)));
  }
  const setters = fc.oneof(...schema.fields.map(fieldArbitrary));
  return fc.array(setters, { maxLength: 4 }).map((steps) => {
    const message = reflect(schema, create(schema));
    for (const set of steps) {
      set(message);
    }
    return message;
  });
}

const configs: fc.Arbitrary<ModelConfig> = messageArbitrary(ModelConfigSchema).map(({ message }) =>
  // What the wire gives: each map entry and oneof in its final form.
  fromBinary(ModelConfigSchema, toBinary(ModelConfigSchema, message as ModelConfig)),
);

test("a configuration survives being written as text and read again", () => {
  fc.assert(
    fc.property(configs, (config) => {
      const again = parseModelConfigText(formatModelConfigText(config));
      assert.deepEqual(again, config);
    }),
    fuzzOptions(),
  );
});

test("a configuration survives being written as JSON and read again", () => {
  fc.assert(
    fc.property(configs, (config) => {
      const json = modelConfigToJson(config);
      if (json !== "") {
        JSON.parse(json);
        // The form keeps neither the sign of zero nor the difference between NaN's bit patterns.
        const again = parseModelConfigJson(json);
        assert.equal(modelConfigToJson(again), json);
        assert.equal(withoutNegativeZero(again), withoutNegativeZero(config));
      }
    }),
    fuzzOptions(),
  );
});

function withoutNegativeZero(config: ModelConfig): string {
  return formatModelConfigText(config).replace(
    /^ *(?:minimum_slot_utilization|fp32_false_true|buckets): -?0\n/gm,
    "",
  );
}

test("the JSON reader survives any text", () => {
  const marks = ["{", "}", "[", "]", ":", ",", '"', "'", "\\", "\\u", "d83d", "\\n", " ", "-"];
  const names = ['"name"', '"input"', '"dims"', '"parameters"', '"dynamic_batching"', '"a"'];
  const words = fc.constantFrom(...marks, ...names, "null", "true", "1e5", "0x1", "bare");
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(words, { maxLength: 40 }).map((parts) => parts.join("")),
    fc.json(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseModelConfigJson(text);
      } catch (error) {
        assert.ok(error instanceof TritonError, String(error));
      }
    }),
    fuzzOptions(),
  );
});

/** Reads and lets pass only the reader's own error. */
function readAnything(text: Uint8Array): void {
  try {
    parseModelConfigText(text);
  } catch (error) {
    assert.ok(error instanceof TextFormatError, String(error));
    assert.ok(error.problems.length > 0);
  }
}

test("the reader survives any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readAnything), fuzzOptions());
});

test("the reader survives any sequence of the format's words", () => {
  const names = ["name", "input", "dims", "parameters", "key", "value", "data_type", "reshape"];
  const marks = ["{", "}", "[", "]", "<", ">", ":", ",", ";", "-", ".", "#", "\n", "\\", '"', "'"];
  const values = [
    "1",
    "0x1f",
    "1e",
    ".5f",
    "inf",
    "true",
    '"a"',
    "'\\u12'",
    "TYPE_FP32",
    "é",
    "\0",
  ];
  const words = fc.array(fc.constantFrom(...names, ...marks, ...values), { maxLength: 40 });
  fc.assert(
    fc.property(words, fc.constantFrom("", " "), (parts, space) => {
      readAnything(new TextEncoder().encode(parts.join(space)));
    }),
    fuzzOptions(),
  );
});

test("the reader survives a good text with bytes changed", () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(configs, fc.array(change, { minLength: 1, maxLength: 5 }), (config, changes) => {
      const text = new TextEncoder().encode(formatModelConfigText(config));
      for (const [position, byte] of changes) {
        text[position % Math.max(text.byteLength, 1)] = byte;
      }
      readAnything(text);
    }),
    fuzzOptions(),
  );
});
