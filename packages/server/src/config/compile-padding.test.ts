import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModelConfigText, StatusCode, TritonError } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { compilePadding } from "./compile-padding.ts";

const TENSORS = `
  name: "m" max_batch_size: 8
  input { name: "ids" data_type: TYPE_INT64 dims: [ -1 ] }
  input { name: "image" data_type: TYPE_UINT8 dims: [ 3, -1, -1 ] }
  input { name: "mask" data_type: TYPE_BOOL dims: [ -1 ] }
  input { name: "text" data_type: TYPE_STRING dims: [ -1 ] }
  input { name: "ragged" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
  input { name: "reshaped" data_type: TYPE_FP32 dims: [ -1 ] reshape { shape: [ -1, 1 ] } }
  input { name: "shape" data_type: TYPE_INT32 dims: [ -1 ] is_shape_tensor: true }
  input { name: "fixed" data_type: TYPE_FP32 dims: [ 4 ] }
  output { name: "hidden" data_type: TYPE_FP32 dims: [ -1, 16 ] }
`;

function compile(parameters: Readonly<Record<string, string>>, tensors = TENSORS) {
  const entries = Object.entries(parameters).map(
    ([key, value]) =>
      `parameters { key: "NEREID_PAD_${key}" value { string_value: ${JSON.stringify(value)} } }`,
  );
  return compilePadding(parseModelConfigText(`${tensors} ${entries.join(" ")}`));
}

test("nothing is padded unless it is asked for", () => {
  assert.equal(compile({}), null);
});

test("sizes, values, masks and outputs are read", () => {
  const spec = compile({
    INPUTS: "ids[0]=powers_of_two 16; image[2]=multiples_of 32; image[1]=64, 32 256 32",
    VALUES: "ids=-2",
    MASKS: "mask=ids[0]",
    OUTPUTS: "hidden[0]=ids[0]",
  });
  assert.deepEqual(spec, {
    inputs: new Map([
      [
        "ids",
        {
          name: "ids",
          datatype: "INT64",
          rules: [{ kind: "powers", min: 16 }],
          value: Uint8Array.of(254, 255, 255, 255, 255, 255, 255, 255),
        },
      ],
      [
        "image",
        {
          name: "image",
          datatype: "UINT8",
          rules: [null, { kind: "list", sizes: [32, 64, 256] }, { kind: "multiples", step: 32 }],
          value: Uint8Array.of(0),
        },
      ],
    ]),
    masks: [{ name: "mask", datatype: "BOOL", source: { input: "ids", index: 0 } }],
    outputs: [{ output: "hidden", index: 0, source: { input: "ids", index: 0 } }],
  });
  assert.deepEqual(compile({ INPUTS: "ids[0]=powers_of_two" })?.inputs.get("ids")?.rules, [
    { kind: "powers", min: 1 },
  ]);
  assert.equal(
    compile({ INPUTS: "ids[0]=8", OUTPUTS: "hidden[0]=none" })?.outputs[0]?.source,
    null,
  );
});

const PAD = { INPUTS: "ids[0]=8" };
const SIZES =
  "expected powers_of_two, powers_of_two <smallest>, multiples_of <step> or a list of sizes";
const WRONG: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
  [{ VALUES: "ids=1" }, "VALUES: it needs NEREID_PAD_INPUTS"],
  [{ MASKS: "mask=ids[0]" }, "MASKS: it needs NEREID_PAD_INPUTS"],
  [{ OUTPUTS: "hidden[0]=none" }, "OUTPUTS: it needs NEREID_PAD_INPUTS"],
  [{ INPUTS: "ids=8" }, "INPUTS: 'ids' is not of the form name[dimension]"],
  [{ INPUTS: "x[0]=8" }, "INPUTS: 'x' is not an input of the model"],
  [{ INPUTS: "ids[1]=8" }, "INPUTS: input 'ids' has no variable dimension 1"],
  [{ INPUTS: "image[0]=8" }, "INPUTS: input 'image' has no variable dimension 0"],
  [{ INPUTS: "fixed[0]=8" }, "INPUTS: input 'fixed' has no variable dimension 0"],
  [{ INPUTS: "ids[0]=8; ids[0]=9" }, "INPUTS: 'ids[0]' is given twice"],
  [{ INPUTS: "text[0]=8" }, "INPUTS: input 'text' has strings, so it cannot be padded"],
  [
    { INPUTS: "ragged[0]=8" },
    "INPUTS: input 'ragged' allows ragged batches, so it cannot be padded",
  ],
  [{ INPUTS: "reshaped[0]=8" }, "INPUTS: input 'reshaped' is reshaped, so it cannot be padded"],
  [{ INPUTS: "shape[0]=8" }, "INPUTS: input 'shape' is a shape tensor, so it cannot be padded"],
  [{ INPUTS: "ids[0]=0" }, "INPUTS: a size is from 1 to 2147483647, not 0"],
  [{ INPUTS: "ids[0]=8 99999999999" }, "INPUTS: a size is from 1 to 2147483647, not 99999999999"],
  [{ INPUTS: "ids[0]=eight" }, `INPUTS: 'eight' are no sizes: ${SIZES}`],
  [{ INPUTS: "ids[0]=-8" }, `INPUTS: '-8' are no sizes: ${SIZES}`],
  [{ INPUTS: "ids[0]=multiples_of" }, `INPUTS: 'multiples_of' are no sizes: ${SIZES}`],
  [{ ...PAD, VALUES: "image=1" }, "VALUES: 'image' is not an input that NEREID_PAD_INPUTS names"],
  [{ ...PAD, VALUES: "ids=1; ids=2" }, "VALUES: 'ids' is given twice"],
  [{ ...PAD, VALUES: "ids=1.5" }, "VALUES: '1.5' is no INT64, which input 'ids' has"],
  [
    { ...PAD, MASKS: "mask=image[1]" },
    "MASKS: 'image[1]' is not a dimension that NEREID_PAD_INPUTS names",
  ],
  [{ ...PAD, MASKS: "ids=ids[0]" }, "MASKS: 'ids' is given twice"],
  [{ ...PAD, MASKS: "mask=ids[0];mask=ids[0]" }, "MASKS: 'mask' is given twice"],
  [{ ...PAD, MASKS: "image=ids[0]" }, "MASKS: input 'image' is a mask, so its dims are [ -1 ]"],
  [{ ...PAD, MASKS: "text=ids[0]" }, "MASKS: input 'text' has strings, so it cannot be padded"],
  [{ ...PAD, OUTPUTS: "x[0]=none" }, "OUTPUTS: 'x' is not an output of the model"],
  [{ ...PAD, OUTPUTS: "hidden[1]=none" }, "OUTPUTS: output 'hidden' has no variable dimension 1"],
  [{ ...PAD, OUTPUTS: "hidden[0]=none;hidden[0]=ids[0]" }, "OUTPUTS: 'hidden[0]' is given twice"],
  [{ ...PAD, OUTPUTS: "hidden[0]=ids" }, "OUTPUTS: 'ids' is not of the form name[dimension]"],
];

for (const [parameters, message] of WRONG) {
  test(`refused: ${message}`, () => {
    const [key = "", text = ""] = message.split(/: (.*)/s);
    assert.throws(() => compile(parameters), {
      code: StatusCode.InvalidArg,
      message: `parameter 'NEREID_PAD_${key}' of model 'm': ${text}`,
    });
  });
}

test("a model that does not batch cannot be padded", () => {
  assert.throws(() => compile(PAD, TENSORS.replace("max_batch_size: 8", "")), {
    message: "parameter 'NEREID_PAD_INPUTS' of model 'm': it needs a max_batch_size of at least 1",
  });
});

test("property: any text is read or refused, precisely", () => {
  const text = fc
    .array(
      fc.constantFrom(
        ..."ids image mask text hidden none [0] [1] [2] = ; powers_of_two multiples_of 8 16 0 -".split(
          " ",
        ),
        " ",
      ),
      { maxLength: 14 },
    )
    .map((parts) => parts.join(""));
  const parameters = fc.record(
    { INPUTS: text, VALUES: text, MASKS: text, OUTPUTS: text },
    { requiredKeys: ["INPUTS"] },
  );
  fc.assert(
    fc.property(parameters, (given) => {
      try {
        const spec = compile(given);
        assert.ok(spec !== null && spec.inputs.size > 0);
      } catch (error) {
        assert.ok(error instanceof TritonError, String(error));
        assert.match(error.message, /^parameter 'NEREID_PAD_[A-Z]+' of model 'm': ./);
      }
    }),
    fuzzOptions(),
  );
});
