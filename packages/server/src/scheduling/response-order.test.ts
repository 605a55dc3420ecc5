import assert from "node:assert/strict";
import { test } from "node:test";
import { InferenceRequest } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";
import { ResponseOrder } from "./response-order.ts";
import { batchingModel } from "./testing/batcher-fixture.ts";

function setUp(count: number) {
  const delivered: string[] = [];
  const order = new ResponseOrder((request) => delivered.push(request.id));
  const model = batchingModel({});
  const requests = Array.from({ length: count }, (_, index) => {
    const request = new InferenceRequest(model, { send() {} }, 0);
    request.id = String(index);
    order.onEnqueue(request);
    return request;
  });
  const answer = (index: number): void => {
    const request = requests[index];
    assert.ok(request);
    order.onAnswer(request, InferenceResponse.ok([]), true);
  };
  const drop = (index: number): void => {
    const request = requests[index];
    assert.ok(request);
    order.onDrop(request);
  };
  return { delivered, answer, drop };
}

test("answers leave in the order in which requests came", () => {
  const { delivered, answer } = setUp(4);
  answer(2);
  answer(1);
  assert.deepEqual(delivered, []);
  answer(0);
  assert.deepEqual(delivered, ["0", "1", "2"]);
  answer(3);
  assert.deepEqual(delivered, ["0", "1", "2", "3"]);
});

test("a request that is dropped holds nobody up", () => {
  const { delivered, answer, drop } = setUp(4);
  answer(1);
  answer(3);
  drop(0);
  assert.deepEqual(delivered, ["1"]);
  drop(2);
  assert.deepEqual(delivered, ["1", "3"]);
});

test("a request is answered once", () => {
  const { answer } = setUp(2);
  answer(1);
  assert.throws(() => answer(1), /answered until its end/);
});

test("answers of a request with several follow each other, and the next one's wait for the last", () => {
  const delivered: [id: string, isFinal: boolean][] = [];
  const order = new ResponseOrder((request, _response, isFinal) => {
    delivered.push([request.id, isFinal]);
  });
  const [first, second] = ["first", "second"].map((id) => {
    const request = new InferenceRequest(batchingModel({}), { send() {} }, 0);
    request.id = id;
    order.onEnqueue(request);
    return request;
  });
  assert.ok(first !== undefined && second !== undefined);
  order.onAnswer(first, InferenceResponse.ok([]), false);
  order.onAnswer(second, InferenceResponse.ok([]), false);
  assert.deepEqual(delivered, [["first", false]]);
  order.onAnswer(second, null, true);
  order.onAnswer(first, null, true);
  assert.deepEqual(delivered, [
    ["first", false],
    ["first", true],
    ["second", false],
    ["second", true],
  ]);
});
