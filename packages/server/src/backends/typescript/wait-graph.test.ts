import assert from "node:assert/strict";
import { test } from "node:test";
import { WaitGraph } from "./wait-graph.ts";

const busy = () => ({ isBusy: true });

test("a model with one instance that calls itself would wait for ever, with two it does not", () => {
  const graph = new WaitGraph();
  const first = busy();
  graph.add("m", first);
  assert.equal(graph.begin(first, "m"), false);
  const second = { isBusy: false };
  graph.add("m", second);
  assert.equal(graph.begin(first, "m"), true);
  second.isBusy = true;
  assert.equal(graph.begin(second, "m"), false);
  graph.end(first, "m");
  assert.equal(graph.begin(second, "m"), true);
});

test("circles through other models are found", () => {
  const graph = new WaitGraph();
  const [a, b, c] = [busy(), busy(), busy()];
  graph.add("a", a);
  graph.add("b", b);
  graph.add("c", c);
  assert.equal(graph.begin(a, "b"), true);
  assert.equal(graph.begin(b, "c"), true);
  assert.equal(graph.begin(c, "a"), false);
  assert.equal(graph.begin(c, "elsewhere"), true);
  graph.remove("b", b);
  assert.equal(graph.begin(c, "a"), true);
});

test("an instance that runs nothing waits for nobody, and one that runs long is no circle", () => {
  const graph = new WaitGraph();
  const [caller, worker] = [busy(), busy()];
  graph.add("a", caller);
  graph.add("b", worker);
  assert.equal(graph.begin(caller, "b"), true);
  caller.isBusy = false;
  assert.equal(graph.begin(caller, "a"), true);
});

test("several calls of one model are counted one by one", () => {
  const graph = new WaitGraph();
  const [a, b] = [busy(), busy()];
  graph.add("a", a);
  graph.add("b", b);
  graph.begin(a, "b");
  graph.begin(a, "b");
  graph.end(a, "b");
  assert.equal(graph.begin(b, "a"), false);
  graph.end(a, "b");
  assert.equal(graph.begin(b, "a"), true);
});
