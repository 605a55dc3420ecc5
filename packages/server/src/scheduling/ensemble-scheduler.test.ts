import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import { STEP_WAIT_SECS_MAX } from "./step-limiter.ts";
import { EnsembleFixture } from "./testing/ensemble-fixture.ts";

const IN = 'input { name: "IN" data_type: TYPE_FP32 dims: [ -1 ] }';
const OUT = 'output { name: "OUT" data_type: TYPE_FP32 dims: [ -1 ] }';
const THROUGH =
  'input { name: "I" data_type: TYPE_FP32 dims: [ -1 ] } output { name: "O" data_type: TYPE_FP32 dims: [ -1 ] }';
const DECOUPLED = `${THROUGH} model_transaction_policy { decoupled: true }`;

function step(model: string, from: string, to: string): string {
  return `step { model_name: "${model}" model_version: -1 input_map { key: "I" value: "${from}" } output_map { key: "O" value: "${to}" } }`;
}

function parameter(key: string, value: string): string {
  return `parameters { key: "${key}" value: { string_value: "${value}" } }`;
}

const CHAIN = `${IN} ${OUT} ensemble_scheduling { ${step("a", "IN", "t")} ${step("b", "t", "OUT")} }`;

function chain(more = ""): EnsembleFixture {
  return new EnsembleFixture(`${CHAIN} ${more}`, { a: THROUGH, b: THROUGH });
}

test("what a client says of its request is said to every step", () => {
  const fixture = chain();
  const parameters = new Map([["color", "red"]]);
  fixture.start({ IN: [1] }, (request) => {
    Object.assign(request, {
      id: "7",
      priority: 3,
      timeoutUs: 9,
      correlationId: 5n,
      isSequenceStart: true,
      parameters,
    });
  });
  for (const model of ["a", "b"]) {
    const [held] = fixture.held;
    assert.equal(held?.model, model);
    const { id, priority, timeoutUs, correlationId, isSequenceStart, isSequenceEnd } = held.request;
    assert.deepEqual(
      { id, priority, timeoutUs, correlationId, isSequenceStart, isSequenceEnd },
      {
        id: "7",
        priority: 3,
        timeoutUs: 9,
        correlationId: 5n,
        isSequenceStart: true,
        isSequenceEnd: false,
      },
    );
    assert.equal(held.request.parameters, parameters);
    fixture.answer({ O: [1] });
  }
});

test("a step's tensor is the next one's input and the answer's output, without a copy", () => {
  const fixture = chain();
  const { request, client } = fixture.start({ IN: [1, 2] });
  const [first] = fixture.held[0]!.request.inputs;
  assert.equal(first?.name, "I");
  assert.equal(first.bytes, request.inputs[0]?.bytes);
  fixture.answer({ O: [3, 4] });
  assert.equal(fixture.held[0]?.request.inputs[0]?.bytes, fixture.outputs[0]?.bytes);
  fixture.answer({ O: [5, 6] });
  assert.equal(client.responses[0]?.outputs[0]?.bytes, fixture.outputs[0]?.bytes);
  assert.deepEqual(client.outputs, { OUT: [5, 6] });
});

test("a model that says which sequence its answer belongs to is believed by the steps after it", () => {
  const fixture = chain();
  const { client } = fixture.start({ IN: [1] });
  const { request } = fixture.held[0]!;
  const respond = request.respond.bind(request);
  request.respond = (response, isFinal) => {
    response!.parameters = new Map<string, bigint | boolean>([
      ["sequence_id", 9n],
      ["sequence_end", true],
    ]);
    respond(response, isFinal);
  };
  fixture.answer({ O: [1] });
  assert.equal(fixture.held[0]?.request.correlationId, 9n);
  assert.equal(fixture.held[0]?.request.isSequenceEnd, true);
  fixture.answer({ O: [1] });
  assert.deepEqual(
    [...(client.responses[0]?.parameters ?? [])],
    [
      ["sequence_id", 9n],
      ["sequence_start", false],
      ["sequence_end", true],
    ],
  );
});

test("a step that fails ends the request with its code and a text that names the ensemble", () => {
  const fixture = chain();
  const { client } = fixture.start({ IN: [1] });
  fixture.end(new TritonError(StatusCode.Unavailable, "no room"));
  assert.equal(client.error.code, StatusCode.Unavailable);
  assert.equal(client.error.message, "in ensemble 'ensemble', no room");
  assert.deepEqual(fixture.held, []);
});

test("a model that ends without an answer leaves a deadlock", () => {
  const fixture = new EnsembleFixture(CHAIN, { a: THROUGH, b: THROUGH });
  const { client } = fixture.start({ IN: [1] }, (request) => {
    request.id = "x";
  });
  fixture.end(null);
  assert.equal(
    client.error.message,
    "in ensemble 'ensemble', [request id: x] unexpected deadlock, at least one output is not set while no more ensemble steps can be made",
  );
});

test("each answer of a decoupled model goes through the steps after it, and the last one ends the stream", () => {
  const fixture = new EnsembleFixture(`${CHAIN} model_transaction_policy { decoupled: true }`, {
    a: DECOUPLED,
    b: THROUGH,
  });
  const { client } = fixture.start({ IN: [1] });
  fixture.answer({ O: [1] }, false);
  fixture.answer({ O: [2] }, false);
  fixture.end(null);
  assert.deepEqual(
    fixture.held.map(({ model }) => model),
    ["b", "b"],
  );
  fixture.answer({ O: [10] });
  assert.equal(client.isFinal, false);
  fixture.answer({ O: [20] });
  assert.equal(client.isFinal, true);
  assert.equal(client.responses.length, 2);
});

test("a decoupled model that says nothing ends the stream without an answer", () => {
  const fixture = new EnsembleFixture(`${CHAIN} model_transaction_policy { decoupled: true }`, {
    a: DECOUPLED,
    b: THROUGH,
  });
  const { client } = fixture.start({ IN: [1] });
  fixture.end(null);
  assert.deepEqual(client.responses, [null]);
  assert.equal(client.isFinal, true);
});

test("a client that goes is told to the steps that run, and nothing new is started", () => {
  const fixture = chain();
  const { request, client } = fixture.start({ IN: [1] });
  request.cancel();
  assert.equal(fixture.held[0]?.request.isCancelled, true);
  assert.equal(client.isFinal, false, "the step still reads the request's bytes");
  fixture.answer({ O: [1] });
  assert.equal(client.error.code, StatusCode.Cancelled);
  assert.deepEqual(fixture.held, []);
});

test("no more requests of a step run at once than may, and those that wait follow in their order", () => {
  const fixture = new EnsembleFixture(
    `${IN} ${OUT} ensemble_scheduling { max_inflight_requests: 1 ${step("a", "IN", "OUT")} }`,
    { a: THROUGH },
  );
  const clients = [1, 2, 3].map((value) => fixture.start({ IN: [value] }));
  assert.equal(fixture.held.length, 1);
  clients[1]?.request.cancel();
  assert.equal(clients[1]?.client.error.code, StatusCode.Cancelled);
  fixture.answer({ O: [1] });
  assert.equal(fixture.held.length, 1);
  fixture.answer({ O: [3] });
  assert.deepEqual(clients[2]?.client.outputs, { OUT: [3] });
  assert.equal(fixture.alarm, null);
});

test("a step that has waited for too long runs over the limit, and the log says so", () => {
  const fixture = new EnsembleFixture(
    `${IN} ${OUT} ensemble_scheduling { max_inflight_requests: 1 ${step("a", "IN", "OUT")} }`,
    { a: THROUGH },
  );
  fixture.start({ IN: [1] });
  fixture.start({ IN: [2] });
  assert.equal(fixture.alarm?.atNs, STEP_WAIT_SECS_MAX * 1e9);
  fixture.nowNs = STEP_WAIT_SECS_MAX * 1e9;
  fixture.scheduler.onTimer();
  assert.equal(fixture.held.length, 2);
  assert.deepEqual(fixture.logged, [
    "[Internal Error] Ensemble 'ensemble' unable to schedule step 0 (inflight: 1 >= limit: 1) for 300 seconds. Proceeding to avoid deadlock.",
  ]);
});

test("a decoupled model is told to wait while its answers wait for the next step", () => {
  const fixture = new EnsembleFixture(
    `${IN} ${OUT} model_transaction_policy { decoupled: true } ensemble_scheduling { max_inflight_requests: 1 ${step("a", "IN", "t")} ${step("b", "t", "OUT")} }`,
    { a: DECOUPLED, b: THROUGH },
  );
  fixture.start({ IN: [1] });
  const upstream = fixture.held[0]!.request;
  fixture.answer({ O: [1] }, false);
  assert.equal(upstream.isCongested, false);
  fixture.answer({ O: [2] }, false);
  assert.equal(upstream.isCongested, true);
  fixture.held.reverse();
  fixture.answer({ O: [3] });
  assert.equal(upstream.isCongested, false);
});

test("a step that takes longer than it may fails the request, whatever its model does afterwards", () => {
  const fixture = chain(parameter("NEREID_STEP_0_TIMEOUT_US", "50"));
  const { request, client } = fixture.start({ IN: [1] });
  const held = fixture.held[0]!.request;
  assert.notEqual(held.inputs[0]?.bytes, request.inputs[0]?.bytes, "it may outlive the request");
  assert.equal(fixture.alarm?.atNs, 50_000);
  fixture.nowNs = 50_000;
  fixture.scheduler.onTimer();
  assert.equal(client.error.code, StatusCode.Unavailable);
  assert.equal(
    client.error.message,
    "in ensemble 'ensemble', step 0, model 'a', has not answered within 50 microseconds",
  );
  assert.equal(held.isCancelled, true);
  fixture.answer({ O: [1] });
  assert.equal(client.responses.length, 1);
});

test("a step whose condition does not hold is skipped: its output is its default, or is missing", () => {
  const cases = [
    ["OUT=@IN", [0, 1], { OUT: [1] }],
    ["OUT=7", [0, 1], { OUT: [7] }],
    ["", [0, 1], {}],
    ["OUT=7", [1, 1], null],
  ] as const;
  for (const [defaults, [gate, value], expected] of cases) {
    const fixture = new EnsembleFixture(
      `${IN} input { name: "GATE" data_type: TYPE_FP32 dims: [ 1 ] } ${OUT} ensemble_scheduling { ${step("a", "IN", "OUT")} }
      ${parameter("NEREID_STEP_0_CONDITION", "GATE > 0.5")} ${defaults === "" ? "" : parameter("NEREID_STEP_0_DEFAULTS", defaults)}`,
      { a: THROUGH },
    );
    const { client } = fixture.start({ IN: [value], GATE: [gate] });
    if (expected === null) {
      assert.equal(fixture.held.length, 1);
    } else {
      assert.deepEqual(client.outputs, expected, defaults);
    }
  }
});

test("a condition needs a tensor of one element", () => {
  const fixture = chain(parameter("NEREID_STEP_1_CONDITION", "t == 1"));
  const { client } = fixture.start({ IN: [1] });
  fixture.answer({ O: [1, 2] });
  assert.equal(
    client.error.message,
    "in ensemble 'ensemble', condition 't == 1' needs a tensor of one element, but it has 2",
  );
});

test("a long chain of models that answer at once needs no deep stack", () => {
  const count = 2000;
  const steps = Array.from({ length: count }, (_, index) =>
    step("a", index === 0 ? "IN" : `t${index}`, index === count - 1 ? "OUT" : `t${index + 1}`),
  );
  const fixture = new EnsembleFixture(`${IN} ${OUT} ensemble_scheduling { ${steps.join(" ")} }`, {
    a: THROUGH,
  });
  fixture.held.push = (...steps) => {
    Array.prototype.push.apply(fixture.held, steps);
    fixture.answer({ O: [1] });
    return fixture.held.length;
  };
  const { client } = fixture.start({ IN: [1] });
  assert.deepEqual(client.outputs, { OUT: [1] });
});
