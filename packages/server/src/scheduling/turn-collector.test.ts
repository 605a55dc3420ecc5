import assert from "node:assert/strict";
import { test } from "node:test";
import {
  COMPARED_RUN_COUNT,
  PROBE_INTERVAL,
  REST_COUNT,
  SCORE_ENTER,
  SCORE_MAX,
  TurnCollector,
} from "./turn-collector.ts";

/** A turn in which so many requests come. */
function turn(collector: TurnCollector, requestCount: number): void {
  for (let request = 0; request < requestCount; request++) {
    collector.onRequest(1);
  }
  collector.onTurnEnd();
}

/** A collector of cheap runs that has seen requests come together until it collects them. */
function collecting(): TurnCollector {
  const collector = new TurnCollector();
  collector.onInlineRun(1, 100);
  for (let count = 0; count < PROBE_INTERVAL * SCORE_ENTER && !collector.isCollecting; count++) {
    turn(collector, 2);
  }
  assert.equal(collector.isCollecting, true);
  return collector;
}

test("nothing is collected, nor a turn looked at, where runs are not cheap", () => {
  const collector = new TurnCollector();
  for (let count = 0; count < 10 * PROBE_INTERVAL; count++) {
    collector.onThreadRun(1);
    collector.onRequest(1);
    assert.equal(collector.askedNs, null);
  }
});

test("requests that come one by one are never collected, and seldom cost a look at the turn's end", () => {
  const collector = new TurnCollector();
  collector.onInlineRun(1, 100);
  let lookCount = 0;
  for (let count = 0; count < 10 * PROBE_INTERVAL; count++) {
    collector.onRequest(1);
    lookCount += Number(collector.askedNs !== null);
    collector.onTurnEnd();
    assert.equal(collector.isCollecting, false);
  }
  assert.equal(lookCount, 10);
});

test("requests that come together are collected, and every turn's end is asked for then", () => {
  const collector = collecting();
  collector.onRequest(7);
  assert.equal(collector.askedNs, 7);
  collector.onTurnEnd();
  assert.equal(collector.askedNs, null);
});

test("some turns with one request do not end the collecting, many do", () => {
  const collector = collecting();
  for (let count = 0; count < SCORE_MAX; count++) {
    turn(collector, 3);
  }
  for (let count = 0; count < SCORE_MAX; count++) {
    turn(collector, 1);
    assert.equal(collector.isCollecting, true);
  }
  turn(collector, 1);
  assert.equal(collector.isCollecting, false);
});

test("one request on a thread ends the collecting, several in a batch may take a thread", () => {
  const collector = collecting();
  collector.onThreadRun(4);
  assert.equal(collector.isCollecting, true);
  collector.onThreadRun(1);
  assert.equal(collector.isCollecting, false);
});

for (const { name, severalNs, isCollecting } of [
  { name: "cheaper together are collected on", severalNs: 300, isCollecting: true },
  { name: "dearer together are not collected any more", severalNs: 500, isCollecting: false },
]) {
  test(`requests that are ${name}`, () => {
    const collector = collecting();
    for (let run = 0; run < COMPARED_RUN_COUNT; run++) {
      collector.onInlineRun(1, 100);
      collector.onInlineRun(4, severalNs);
    }
    assert.equal(collector.isCollecting, isCollecting);
  });
}

test("where collecting did not pay it is tried again, but not soon", () => {
  const collector = collecting();
  for (let run = 0; run < COMPARED_RUN_COUNT; run++) {
    collector.onInlineRun(1, 100);
    collector.onInlineRun(4, 500);
  }
  let requestCount = 0;
  while (!collector.isCollecting && requestCount < 2 * REST_COUNT) {
    turn(collector, 2);
    requestCount += 2;
  }
  assert.equal(collector.isCollecting, true);
  assert.ok(requestCount >= REST_COUNT);
});

test("one run in which the core was taken away does not decide", () => {
  const collector = collecting();
  for (let run = 0; run < COMPARED_RUN_COUNT; run++) {
    collector.onInlineRun(1, 100);
    collector.onInlineRun(4, run === 20 ? 1e9 : 300);
  }
  assert.equal(collector.isCollecting, true);
});
