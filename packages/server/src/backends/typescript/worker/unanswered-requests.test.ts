import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../../base/testing/manual-clock.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { type UnansweredRequest, UnansweredRequests } from "./unanswered-requests.ts";

/** Requests that are left to nobody but the test, and the collections that are asked for. */
class Fixture {
  readonly clock = new ManualClock();
  readonly lost: string[] = [];
  collectionCount = 0;
  /** What ends the collection that runs. */
  collecting: Promise<void> = Promise.resolve();
  readonly requests = new UnansweredRequests<UnansweredRequest>({
    clock: this.clock,
    collectGarbage: () => {
      this.collectionCount++;
      return this.collecting;
    },
    onLost: ({ batch, index }) => this.lost.push(`${batch}:${index}`),
  });

  add(batch: number, index: number): UnansweredRequest {
    const request = { batch, index };
    this.requests.add(request);
    return request;
  }

  /** Lets time pass, and what waits for a collection go on. */
  async advance(durationMs: number): Promise<void> {
    this.clock.advance(durationMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a request that its owner lets go of is told of when garbage is collected; others are not", async () => {
  const fixture = new Fixture();
  const kept = fixture.add(1, 0);
  fixture.add(1, 1);
  const answered = fixture.add(2, 0);
  fixture.requests.remove(answered);
  // References from the turn of the event loop that made them are kept until its end.
  await new Promise((resolve) => setImmediate(resolve));
  await collectGarbage();
  for (let turn = 0; turn < 100 && fixture.lost.length === 0; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(fixture.lost, ["1:1"]);
  assert.equal(fixture.requests.find({ batch: 1, index: 0 }), kept);
  assert.equal(fixture.requests.find({ batch: 1, index: 1 }), undefined);
  assert.equal(fixture.requests.find({ batch: 2, index: 0 }), undefined);
  fixture.requests.remove(kept);
  assert.ok(fixture.requests.isEmpty);
  assert.deepEqual([answered.batch, kept.batch], [2, 1], "both were kept until here");
});

test("garbage is collected for requests that have waited a second, and ever more seldom while they are kept", async () => {
  const fixture = new Fixture();
  const kept = [fixture.add(1, 0)];
  const counts: number[] = [];
  for (let second = 1; second <= 32; second++) {
    await fixture.advance(1000);
    counts.push(fixture.collectionCount);
  }
  const at = counts.flatMap((count, index) => (count > (counts[index - 1] ?? 0) ? index + 1 : []));
  assert.deepEqual(at, [1, 2, 4, 8, 16, 32]);
  for (const request of kept) {
    fixture.requests.remove(request);
  }
  assert.equal(fixture.clock.timerCount, 0);
});

test("no garbage is collected for requests that are answered within a second, however many there are", async () => {
  const fixture = new Fixture();
  let previous = fixture.add(0, 0);
  for (let batch = 1; batch < 100; batch++) {
    const next = fixture.add(batch, 0);
    await fixture.advance(400);
    fixture.requests.remove(previous);
    previous = next;
  }
  assert.equal(fixture.collectionCount, 0);
  fixture.requests.remove(previous);
  assert.equal(fixture.clock.timerCount, 0);
});

test("collections that take long are a hundredth of the time", async () => {
  const fixture = new Fixture();
  const { promise, resolve } = Promise.withResolvers<void>();
  fixture.collecting = promise;
  const kept = fixture.add(1, 0);
  await fixture.advance(1000);
  await fixture.advance(5000);
  resolve();
  await fixture.advance(0);
  assert.equal(fixture.collectionCount, 1);
  // 500 s after the request has come.
  await fixture.advance(493_000);
  assert.equal(fixture.collectionCount, 1);
  await fixture.advance(1000);
  assert.equal(fixture.collectionCount, 2);
  fixture.requests.remove(kept);
});
