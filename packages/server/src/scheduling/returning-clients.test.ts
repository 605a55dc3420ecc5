// Tests a dynamic batcher whose clients send their next request when they have an answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  RETURN_PROBE_INTERVAL,
  RETURN_SCORE_ENTER,
  RETURN_WAIT_NS_MAX,
} from "./return-collector.ts";
import { BatcherFixture, type BatcherOptions, NO_POLICY } from "./testing/batcher-fixture.ts";

const US = 1000;

const CLIENT_COUNT = 4;

/** Runs after which clients that return have been found to. */
const FOUND_COUNT = 2 * RETURN_PROBE_INTERVAL * RETURN_SCORE_ENTER;

const RUN_US = 400;
const ROW_US = 1000;
const RETURN_US = 50;

/** Ends the run of the only instance, and lets its clients come back one after the other. */
function runOnce(fixture: BatcherFixture): void {
  const count = fixture.running.get(0)?.length ?? 0;
  fixture.wait(RUN_US + count * ROW_US);
  fixture.finish();
  for (let client = 0; client < count; client++) {
    fixture.wait(RETURN_US);
    fixture.send();
  }
}

/** Runs of one instance whose clients have had the time to be found to return. */
function closedLoop(options: BatcherOptions = {}): BatcherFixture {
  const fixture = new BatcherFixture({ batchSizeMax: CLIENT_COUNT, ...options });
  for (let client = 0; client < CLIENT_COUNT; client++) {
    fixture.send();
  }
  for (let run = 0; run < FOUND_COUNT; run++) {
    runOnce(fixture);
  }
  return fixture;
}

/** Rows of the next runs. */
function nextSizes(fixture: BatcherFixture): readonly number[] {
  const before = fixture.batches.length;
  for (let run = 0; run < CLIENT_COUNT; run++) {
    runOnce(fixture);
  }
  return fixture.batches.slice(before).map(({ length }) => length);
}

test("clients of one instance that return at once come to run together", () => {
  assert.deepEqual(nextSizes(closedLoop()), [4, 4, 4, 4]);
});

test("clients that are more than a batch takes are waited for until it is full", () => {
  const sizes = nextSizes(closedLoop({ batchSizeMax: 3 }));
  assert.deepEqual(sizes, [3, 3, 3, 3]);
});

for (const { name, options } of [
  {
    name: "a queue policy might refuse",
    options: { queuePolicyDefault: { ...NO_POLICY, queueSizeMax: 100 } },
  },
  {
    name: "a queue policy might time out",
    options: { queuePolicyDefault: { ...NO_POLICY, isTimeoutOverrideAllowed: true } },
  },
]) {
  test(`nobody waits for returns where ${name} who does`, () => {
    assert.deepEqual(nextSizes(closedLoop(options)), [3, 1, 3, 1]);
  });
}

test("an instance that waits goes on when everybody is here, or when it is time", () => {
  const fixture = closedLoop();
  fixture.wait(RUN_US + CLIENT_COUNT * ROW_US);
  fixture.finish();
  const { alarm } = fixture;
  assert.ok(alarm?.isPrecise && alarm.atNs > fixture.nowNs);
  fixture.send();
  fixture.send();
  assert.equal(fixture.running.size, 0);
  fixture.wait(RETURN_WAIT_NS_MAX / US);
  assert.equal(fixture.running.get(0)?.length, 2);
});

test("a request is cancelled while an instance waits, the others run", () => {
  const fixture = closedLoop();
  fixture.wait(RUN_US + CLIENT_COUNT * ROW_US);
  fixture.finish();
  const first = fixture.send();
  const second = fixture.send();
  fixture.batcher.cancel(first);
  assert.deepEqual(fixture.dropped, [`${first.id}: CANCELED`]);
  assert.equal(fixture.running.size, 0);
  fixture.wait(RETURN_WAIT_NS_MAX / US);
  assert.deepEqual(fixture.batches.at(-1), [second.id]);
});

test("an instance does not wait beside rows for a whole batch", () => {
  const fixture = closedLoop();
  for (let client = 0; client < CLIENT_COUNT; client++) {
    fixture.send();
  }
  fixture.wait(RUN_US + CLIENT_COUNT * ROW_US);
  fixture.finish();
  assert.equal(fixture.running.get(0)?.length, CLIENT_COUNT);
});
