import assert from "node:assert/strict";
import { test } from "node:test";
import { type Point, type Quad, turnQuad } from "./quad.ts";
import { rowsInReadingOrder } from "./reading-order.ts";

interface Item {
  readonly name: string;
  readonly quad: Quad;
}

/** Text at (x, y), 20 high, before the page is turned by `angle` radians around the origin. */
function item(name: string, at: { readonly x: number; readonly y: number }, angle = 0): Item {
  const turn = (x: number, y: number): Point => ({
    x: x * Math.cos(angle) - y * Math.sin(angle),
    y: x * Math.sin(angle) + y * Math.cos(angle),
  });
  const { x, y } = at;
  return {
    name,
    quad: [turn(x, y), turn(x + 100, y), turn(x + 100, y + 20), turn(x, y + 20)],
  };
}

function names(items: readonly Item[]): readonly (readonly string[])[] {
  return rowsInReadingOrder(items).map((row) => row.map(({ name }) => name));
}

function page(angle: number): readonly Item[] {
  return [
    item("total", { x: 0, y: 100 }, angle),
    item("price", { x: 400, y: 54 }, angle),
    item("title", { x: 150, y: 0 }, angle),
    item("goods", { x: 0, y: 50 }, angle),
  ];
}

const ORDER = [["title"], ["goods", "price"], ["total"]];

test("no text, no rows", () => {
  assert.deepEqual(names([]), []);
});

test("rows from the top, texts from the left", () => {
  assert.deepEqual(names(page(0)), ORDER);
});

test("the page may be askew, sideways or upside down", () => {
  for (const angle of [-0.3, 0.2, Math.PI / 2, -Math.PI / 2, Math.PI, 3]) {
    assert.deepEqual(names(page(angle)), ORDER, `angle ${angle}`);
  }
});

test("one line that is wrongly taken to be upside down does not turn the page", () => {
  const [total, price, title, goods] = page(0);
  const turned = { ...title!, quad: turnQuad(title!.quad) };
  assert.deepEqual(names([total!, price!, turned, goods!]), ORDER);
});

test("lines half their height apart are two rows", () => {
  const rows = names([item("b", { x: 0, y: 11 }), item("a", { x: 200, y: 0 })]);
  assert.deepEqual(rows, [["a"], ["b"]]);
});
