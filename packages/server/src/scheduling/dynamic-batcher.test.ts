import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import { REJECTION_INTERVAL_NS } from "./dynamic-batcher.ts";
import {
  BatcherFixture,
  type BatcherOptions,
  NO_POLICY,
  type RequestOptions,
} from "./testing/batcher-fixture.ts";

/** What is put together of requests that wait while the first one runs; every batch ends before the next one starts. */
const WAITING: readonly {
  readonly name: string;
  readonly options: BatcherOptions;
  readonly requests: readonly RequestOptions[];
  readonly batches: readonly (readonly string[])[];
}[] = [
  {
    name: "requests that wait run together",
    options: {},
    requests: [{}, {}],
    batches: [["2", "3"]],
  },
  {
    name: "no batch has more rows than the maximum",
    options: {},
    requests: [{}, {}, {}, {}, {}, {}],
    batches: [
      ["2", "3", "4", "5"],
      ["6", "7"],
    ],
  },
  {
    name: "a request is not split, and nobody overtakes it",
    options: {},
    requests: [{ rows: 3 }, { rows: 3 }, {}],
    batches: [["2"], ["3", "4"]],
  },
  {
    name: "a preferred size closes a batch",
    options: { batchSizeMax: 8, preferredBatchSizes: [2] },
    requests: [{}, {}, {}, {}, {}],
    batches: [["2", "3"], ["4", "5"], ["6"]],
  },
  {
    name: "a request that is larger than every preferred size runs alone",
    options: { batchSizeMax: 8, preferredBatchSizes: [2] },
    requests: [{ rows: 5 }, {}],
    batches: [["2"], ["3"]],
  },
  {
    name: "shapes that the configuration leaves open must be equal",
    options: { input: { dims: [-1] } },
    requests: [{}, {}, { width: 2 }, {}],
    batches: [["2", "3"], ["4"], ["5"]],
  },
  {
    name: "but not where a ragged batch is allowed",
    options: { input: { dims: [-1], isRaggedBatchAllowed: true } },
    requests: [{}, { width: 2 }, {}],
    batches: [["2", "3", "4"]],
  },
  {
    name: "requests with an optional input and without it do not mix",
    options: { hasOptional: true },
    requests: [{}, { hasOptional: true }, { hasOptional: true }, {}],
    batches: [["2"], ["3", "4"], ["5"]],
  },
  {
    name: "a model that does not batch runs each alone",
    options: { batchSizeMax: 0 },
    requests: [{}, {}],
    batches: [["2"], ["3"]],
  },
  {
    name: "priorities come first and may share a batch; none and unknown ones are the default",
    options: { batchSizeMax: 3, priorityLevelCount: 3, priorityLevelDefault: 2 },
    requests: [{ priority: 3 }, {}, { priority: 9 }, { priority: 1 }, { priority: 2 }],
    batches: [
      ["5", "3", "4"],
      ["6", "2"],
    ],
  },
];

for (const { name, options, requests, batches } of WAITING) {
  test(name, () => {
    const fixture = new BatcherFixture(options);
    fixture.send();
    for (const request of requests) {
      fixture.send(request);
    }
    assert.equal(fixture.batcher.pendingCount, requests.length);
    for (let count = 0; fixture.running.size > 0 && count <= requests.length; count++) {
      fixture.finish();
    }
    assert.deepEqual(fixture.batches, [["1"], ...batches]);
    assert.equal(fixture.batcher.pendingCount, 0);
  });
}

test("an idle instance waits for the delay, counted from the oldest request", () => {
  const fixture = new BatcherFixture({ queueDelayUsMax: 100 });
  fixture.send();
  assert.deepEqual(fixture.alarm, { atNs: 100_000, isPrecise: true });
  fixture.wait(60);
  fixture.send();
  assert.deepEqual(fixture.batches, []);
  fixture.wait(39);
  assert.deepEqual(fixture.batches, []);
  fixture.wait(1);
  assert.deepEqual(fixture.batches, [["1", "2"]]);
  assert.equal(fixture.alarm, null);
});

test("a full batch, or one of a preferred size, does not wait", () => {
  const fixture = new BatcherFixture({
    queueDelayUsMax: 100,
    batchSizeMax: 8,
    preferredBatchSizes: [3, 8],
    slotCount: 2,
  });
  fixture.send();
  fixture.send({ rows: 2 });
  assert.deepEqual(fixture.batches, [["1", "2"]]);
  fixture.send({ rows: 8 });
  assert.deepEqual(fixture.batches[1], ["3"]);
});

test("while instances are busy the alarm need not be precise, and a free one takes what is due", () => {
  const fixture = new BatcherFixture({ queueDelayUsMax: 100, preferredBatchSizes: [1, 4] });
  fixture.send();
  assert.deepEqual(fixture.batches, [["1"]]);
  fixture.send();
  fixture.send();
  assert.equal(fixture.alarm?.isPrecise ?? false, false);
  fixture.nowNs += 200_000;
  fixture.finish();
  assert.deepEqual(fixture.batches[1], ["2", "3"]);
});

test("a waiting payload grows until an instance takes it", () => {
  const fixture = new BatcherFixture({ slotCount: 1 });
  fixture.send();
  fixture.send();
  fixture.wait(1000);
  fixture.send();
  fixture.send();
  fixture.finish();
  assert.deepEqual(fixture.batches, [["1"], ["2", "3", "4"]]);
});

test("payloads behind the first are merged into it once they have waited for longer than the delay", () => {
  const options = { queueDelayUsMax: 100, batchSizeMax: 8, preferredBatchSizes: [2] };
  // The fifth request is more than any preferred size and closes its batch; the sixth begins the next one.
  for (const [waitUs, expected] of [
    [50, ["3", "4", "5"]],
    [500, ["3", "4", "5", "6"]],
  ] as const) {
    const fixture = new BatcherFixture(options);
    for (let count = 0; count < 6; count++) {
      fixture.send();
    }
    fixture.nowNs += waitUs * 1000;
    fixture.finish();
    assert.deepEqual(fixture.batches, [["1", "2"], expected], `${waitUs} µs`);
  }
});

test("a level's queue that is full refuses, delayed requests counted, and leaves the request as it was", () => {
  const fixture = new BatcherFixture({ queuePolicyDefault: { ...NO_POLICY, queueSizeMax: 1 } });
  fixture.send();
  fixture.send();
  assert.throws(() => fixture.send(), {
    code: StatusCode.Unavailable,
    message: "[request id: 3] Exceeds maximum queue size",
  });
  assert.equal(fixture.batcher.pendingCount, 1);
});

test("an overdue request is rejected although nobody comes to it", () => {
  const fixture = new BatcherFixture({
    queuePolicyDefault: { ...NO_POLICY, timeoutUsDefault: 5000 },
  });
  fixture.send();
  fixture.send();
  fixture.wait(3000);
  fixture.send();
  fixture.wait(2000);
  assert.deepEqual(fixture.dropped, []);
  fixture.wait(1);
  assert.deepEqual(fixture.dropped, ["2: REJECTED Request timeout expired"]);
  fixture.finish();
  assert.deepEqual(fixture.batches, [["1"], ["3"]]);
});

test("looking for overdue requests is paced, however many deadlines there are", () => {
  const fixture = new BatcherFixture({
    queuePolicyDefault: { ...NO_POLICY, timeoutUsDefault: 60e6, isTimeoutOverrideAllowed: true },
  });
  fixture.send();
  for (let timeoutUs = 10; timeoutUs <= 500; timeoutUs += 10) {
    fixture.send({ timeoutUs });
  }
  let alarmCount = 0;
  for (; fixture.dropped.length < 50; alarmCount++) {
    assert.ok(fixture.alarm !== null);
    fixture.wait(Math.max(0, (fixture.alarm.atNs - fixture.nowNs) / 1000));
  }
  assert.ok(alarmCount <= 1 + 500_000 / REJECTION_INTERVAL_NS + 1, `${alarmCount} alarms`);
});

test("a request may shorten its time where that is allowed, never lengthen it", () => {
  for (const [isAllowed, timeoutUsDefault, timeoutUs, expectedUs] of [
    [true, 1000, 10, 10],
    [true, 1000, 2000, 1000],
    [true, 1000, 0, 1000],
    [true, 0, 10, 0],
    [false, 1000, 10, 1000],
  ] as const) {
    const fixture = new BatcherFixture({
      queuePolicyDefault: {
        ...NO_POLICY,
        timeoutUsDefault,
        isTimeoutOverrideAllowed: isAllowed,
      },
    });
    fixture.send();
    const request = fixture.send({ timeoutUs });
    assert.equal(request.waitingDeadlineNs, expectedUs * 1000);
  }
});

test("delayed requests come after those of their level that are in time, before lower levels", () => {
  const fixture = new BatcherFixture({
    batchSizeMax: 1,
    priorityLevelCount: 2,
    priorityLevelDefault: 1,
    queuePolicyDefault: {
      timeoutAction: "DELAY",
      timeoutUsDefault: 60e6,
      isTimeoutOverrideAllowed: true,
      queueSizeMax: 0,
    },
  });
  fixture.send();
  fixture.send({ timeoutUs: 1 });
  fixture.send({ priority: 2 });
  fixture.send();
  fixture.wait(10);
  while (fixture.running.size > 0) {
    fixture.finish();
  }
  assert.deepEqual(fixture.batches.flat(), ["1", "4", "2", "3"]);
  assert.deepEqual(fixture.dropped, []);
});

test("a request is cancelled wherever it waits: in the queue, in a payload, delayed", () => {
  const fixture = new BatcherFixture({ batchSizeMax: 2, preferredBatchSizes: [2] });
  fixture.send();
  const requests = Array.from({ length: 7 }, () => fixture.send());
  // Two payloads of two are formed; the rest waits in the queue.
  const [inFirst, , inSecond, inSecondToo, inQueue] = requests;
  for (const request of [inFirst, inSecond, inSecondToo, inQueue]) {
    assert.ok(request);
    fixture.batcher.cancel(request);
    fixture.batcher.cancel(request);
  }
  assert.deepEqual(fixture.dropped, ["2: CANCELED", "4: CANCELED", "5: CANCELED", "6: CANCELED"]);
  while (fixture.running.size > 0) {
    fixture.finish();
  }
  assert.deepEqual(fixture.batches, [["1"], ["3"], ["7", "8"]]);
});

test("a cancelled request whose shape was in the way lets the others go", () => {
  const fixture = new BatcherFixture({
    input: { dims: [-1] },
    queueDelayUsMax: 1000,
    preferredBatchSizes: [4],
  });
  const odd = fixture.send({ width: 2 });
  fixture.batcher.cancel(odd);
  for (let count = 0; count < 4; count++) {
    fixture.send();
  }
  assert.deepEqual(fixture.batches, [["2", "3", "4", "5"]]);
});

test("a running request is none of the batcher's business", () => {
  const fixture = new BatcherFixture();
  const request = fixture.send();
  fixture.batcher.cancel(request);
  assert.deepEqual(fixture.dropped, []);
});

/** A batcher with cheap runs, after turns of the event loop in which two requests came. */
function collecting(options: BatcherOptions = {}): BatcherFixture {
  const fixture = new BatcherFixture(options);
  fixture.isInline = true;
  for (let turn = 0; turn < 100; turn++) {
    fixture.send();
    fixture.send();
    fixture.wait(0);
  }
  fixture.batches.length = 0;
  return fixture;
}

/** The batches by the order of their requests, from 1. */
function batchSizes({ batches }: BatcherFixture): readonly number[] {
  return batches.map(({ length }) => length);
}

test("cheap requests that come in one turn of the event loop run together at its end", () => {
  const fixture = collecting();
  fixture.send();
  fixture.send();
  fixture.send();
  assert.deepEqual(batchSizes(fixture), []);
  assert.equal(fixture.batcher.pendingCount, 3);
  assert.equal(fixture.alarm?.isPrecise, true);
  fixture.wait(0);
  assert.deepEqual(batchSizes(fixture), [3]);
  assert.equal(fixture.alarm, null);
});

test("rows for the largest preferred batch do not wait for the turn's end", () => {
  const fixture = collecting({ batchSizeMax: 8, preferredBatchSizes: [2, 4] });
  for (let count = 0; count < 5; count++) {
    fixture.send();
  }
  assert.deepEqual(batchSizes(fixture), [4]);
  fixture.wait(0);
  assert.deepEqual(batchSizes(fixture), [4, 1]);
});

test("nobody is refused for requests that only wait for the turn's end", () => {
  const fixture = collecting({ queueSizeMax: 2 });
  for (let count = 0; count < 5; count++) {
    fixture.send();
  }
  assert.deepEqual(batchSizes(fixture), [2, 2]);
  fixture.wait(0);
  assert.deepEqual(batchSizes(fixture), [2, 2, 1]);
});

test("a collected request that is cancelled is answered at once, the others at the turn's end", () => {
  const fixture = collecting();
  const first = fixture.send();
  fixture.send();
  fixture.batcher.cancel(first);
  assert.equal(fixture.dropped.length, 1);
  assert.deepEqual(batchSizes(fixture), []);
  fixture.wait(0);
  assert.deepEqual(batchSizes(fixture), [1]);
});

test("priorities and shapes mean for collected requests what they mean for others", () => {
  const fixture = collecting({
    priorityLevelCount: 2,
    priorityLevelDefault: 2,
    batchSizeMax: 2,
    preferredBatchSizes: [8],
    input: { dims: [-1] },
  });
  const last = fixture.send({ priority: 2 }).id;
  const second = fixture.send({ priority: 2, width: 3 }).id;
  const first = fixture.send({ priority: 1, width: 3 }).id;
  fixture.wait(0);
  assert.deepEqual(fixture.batches, [[first], [last], [second]]);
});

for (const { name, queuePolicyDefault } of [
  { name: "may be overdue", queuePolicyDefault: { ...NO_POLICY, timeoutUsDefault: 1 } },
  {
    name: "may bring a timeout",
    queuePolicyDefault: { ...NO_POLICY, isTimeoutOverrideAllowed: true },
  },
  { name: "may find the queue full", queuePolicyDefault: { ...NO_POLICY, queueSizeMax: 1 } },
]) {
  test(`requests that ${name} are not collected`, () => {
    const fixture = collecting({ queuePolicyDefault });
    fixture.send();
    fixture.send();
    assert.deepEqual(batchSizes(fixture), [1, 1]);
  });
}

test("a model that takes its time is given the first request at once", () => {
  const fixture = collecting();
  fixture.isInline = false;
  fixture.send();
  fixture.wait(0);
  fixture.finish();
  fixture.send();
  assert.deepEqual(batchSizes(fixture), [1, 1]);
});
