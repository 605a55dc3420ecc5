import assert from "node:assert/strict";
import { test } from "node:test";
import type { Datatype } from "@nereid/protocol";
import { encodeOne, encodePaddingValue } from "./padding-value.ts";

type Fixed = Exclude<Datatype, "BYTES">;

const VALUES: readonly (readonly [Fixed, string, readonly number[] | null])[] = [
  ["BOOL", "true", [1]],
  ["BOOL", "0", [0]],
  ["BOOL", "2", null],
  ["UINT8", "255", [255]],
  ["UINT8", "256", null],
  ["UINT8", "-1", null],
  ["INT8", "-128", [128]],
  ["INT8", "128", null],
  ["INT16", "-2", [254, 255]],
  ["UINT32", "305419896", [0x78, 0x56, 0x34, 0x12]],
  ["INT64", "-9223372036854775808", [0, 0, 0, 0, 0, 0, 0, 128]],
  ["UINT64", "18446744073709551615", [255, 255, 255, 255, 255, 255, 255, 255]],
  ["UINT64", "18446744073709551616", null],
  ["INT32", "1.0", null],
  ["INT32", "", null],
  ["FP16", "1", [0, 0x3c]],
  ["BF16", "1", [0x80, 0x3f]],
  ["FP32", "-0.5", [0, 0, 0, 0xbf]],
  ["FP32", "-inf", [0, 0, 0x80, 0xff]],
  ["FP32", "1e2", [0, 0, 0xc8, 0x42]],
  ["FP64", "2", [0, 0, 0, 0, 0, 0, 0, 0x40]],
  ["FP32", "one", null],
  ["FP32", "0x10", null],
];

for (const [datatype, text, expected] of VALUES) {
  test(`'${text}' as ${datatype} is ${expected === null ? "refused" : expected.join(" ")}`, () => {
    const value = encodePaddingValue(datatype, text);
    assert.deepEqual(value === null ? null : [...value], expected);
  });
}

test("one is one in every datatype", () => {
  assert.deepEqual([...encodeOne("BOOL")], [1]);
  assert.deepEqual([...encodeOne("INT64")], [1, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([...encodeOne("FP16")], [0, 0x3c]);
});
