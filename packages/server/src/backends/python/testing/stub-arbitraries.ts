import { DATATYPES, datatypeByteSize, encodeBytesTensor } from "@nereid/protocol";
import fc from "fast-check";
import { Tensor } from "../../../model/tensor.ts";
import { NO_ERROR, OutcomeKind } from "../wire.ts";
import type { OutcomeParts } from "./stub-frames.ts";

/** Outputs of any datatype and shape; those of several elements may be too large to travel inline. */
export const outputTensor: fc.Arbitrary<Tensor> = fc
  .record({
    name: fc.oneof(
      fc.constantFrom("OUT", "SECOND"),
      fc.string({ unit: "grapheme", maxLength: 20 }),
    ),
    datatype: fc.constantFrom(...DATATYPES),
    shape: fc.array(fc.nat(40), { maxLength: 3 }),
    fill: fc.nat(255),
  })
  .map(({ name, datatype, shape, fill }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const elementBytes = datatypeByteSize(datatype);
    const bytes =
      elementBytes === 0
        ? encodeBytesTensor(Array.from({ length: count }, () => Uint8Array.of(fill)))
        : new Uint8Array(count * elementBytes).fill(fill);
    return new Tensor(name, datatype, shape, bytes, null);
  });

/** Whole numbers in full, and what else parameters may be. */
const parameters = fc.dictionary(
  fc.string(),
  fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
);

/** What a stub may say of a request. */
export const outcomeParts: fc.Arbitrary<OutcomeParts> = fc.oneof(
  fc.constantFrom(OutcomeKind.None, OutcomeKind.Rescheduled).map((kind) => ({
    kind,
    code: NO_ERROR,
    message: "",
    parameters: "",
    outputs: [],
  })),
  fc.record({ code: fc.nat(9), message: fc.string({ unit: "grapheme" }) }).map((failed) => ({
    ...failed,
    kind: OutcomeKind.Response,
    parameters: "",
    outputs: [],
  })),
  fc
    .record({ members: parameters, outputs: fc.array(outputTensor, { maxLength: 3 }) })
    .map(({ members, outputs }) => ({
      kind: OutcomeKind.Response,
      code: NO_ERROR,
      message: "",
      parameters: Object.keys(members).length === 0 ? "" : JSON.stringify(members),
      outputs,
    })),
);

/** What happens to a frame on its way: bytes that are others, and an end that is missing. */
export interface Damage {
  readonly bytes: readonly (readonly [number, number])[];
  readonly cut: number;
}

/** None, or some. */
export const damage: fc.Arbitrary<Damage> = fc.record({
  bytes: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 }),
  cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(40)),
});

/** The frame with the damage; its length is left as it says. */
export function damaged(frame: Buffer, { bytes, cut }: Damage): Buffer {
  const copy = Buffer.from(frame.subarray(0, Math.max(16, frame.byteLength - cut)));
  for (const [at, value] of bytes) {
    copy[at % copy.byteLength] = value;
  }
  return copy;
}
