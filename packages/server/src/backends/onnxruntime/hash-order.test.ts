import assert from "node:assert/strict";
import { test } from "node:test";
import { inHashOrder } from "./hash-order.ts";

// Recorded from tritonserver 2.51: /v2/models/<model>/config of identity models with these inputs and no configuration.
const NAMES = (
  "alpha b gamma_long_name INPUT0 INPUT1 x y z input__0 input__1 a_very_long_tensor_name_indeed " +
  "q w e r t u i o p"
).split(" ");

const RECORDED: readonly (readonly [count: number, order: string])[] = [
  [2, "b alpha"],
  [3, "gamma_long_name b alpha"],
  [5, "INPUT1 INPUT0 gamma_long_name b alpha"],
  [
    13,
    "w a_very_long_tensor_name_indeed input__1 input__0 z y INPUT1 x INPUT0 q gamma_long_name b alpha",
  ],
  [
    14,
    "e alpha gamma_long_name q INPUT0 x INPUT1 y b input__0 input__1 a_very_long_tensor_name_indeed z w",
  ],
  [
    20,
    "o p u t r e alpha i gamma_long_name q INPUT0 x INPUT1 y b input__0 input__1 a_very_long_tensor_name_indeed z w",
  ],
];

test("tensors are listed in the real server's order, from one to many", () => {
  assert.deepEqual(inHashOrder([]), []);
  assert.deepEqual(inHashOrder([{ name: "only" }]), [{ name: "only" }]);
  for (const [count, order] of RECORDED) {
    const items = NAMES.slice(0, count).map((name) => ({ name }));
    assert.equal(
      inHashOrder(items)
        .map(({ name }) => name)
        .join(" "),
      order,
    );
  }
});

test("nothing is lost or doubled among very many", () => {
  const items = Array.from({ length: 700 }, (_, index) => ({ name: `tensor_${index}` }));
  const ordered = inHashOrder(items);
  assert.equal(ordered.length, items.length);
  assert.equal(new Set(ordered.map(({ name }) => name)).size, items.length);
});
