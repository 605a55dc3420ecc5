import assert from "node:assert/strict";
import { test } from "node:test";
import {
  RETURN_PROBE_INTERVAL,
  RETURN_SCORE_ENTER,
  RETURN_SCORE_MAX,
  RETURN_WAIT_NS_MAX,
  RETURN_WAIT_SHARE_MAX,
  ReturnCollector,
} from "./return-collector.ts";

const US = 1000;

interface ClosedLoopOptions {
  readonly clientCount: number;
  /** From an answer to the client's next request. */
  readonly returnUs?: number;
  /** A run costs `fixedUs + rows · perRowUs`. */
  readonly fixedUs?: number;
  readonly perRowUs?: number;
}

/** Clients of one row a request, each of which sends its next one when it has its answer, and the instance that runs them. */
class ClosedLoop {
  readonly collector = new ReturnCollector();
  returnUs: number;
  readonly #options: Required<ClosedLoopOptions>;
  #nowNs = 0;
  #running = 1;

  constructor(options: ClosedLoopOptions) {
    this.#options = { returnUs: 200, fixedUs: 400, perRowUs: 1000, ...options };
    this.returnUs = this.#options.returnUs;
  }

  /** One run; returns for how many nanoseconds the instance then is ready to wait. */
  run(mayWait = true): number {
    const { clientCount, fixedUs, perRowUs } = this.#options;
    const { collector } = this;
    const waiting = clientCount - this.#running;
    collector.onRun(this.#nowNs, this.#running);
    this.#nowNs += (fixedUs + perRowUs * this.#running) * US;
    collector.onRunEnd(this.#nowNs, waiting, mayWait);
    const waitNs = collector.heldUntilNs === null ? 0 : collector.heldUntilNs - this.#nowNs;
    const haveReturned = waitNs >= this.returnUs * US;
    this.#nowNs += haveReturned ? this.returnUs * US : waitNs;
    if (waitNs > 0) {
      assert.equal(collector.isComplete(clientCount - 1), false);
      assert.equal(collector.isComplete(clientCount), true);
      collector.onRelease(haveReturned ? clientCount : waiting, false);
    }
    // Who comes first runs alone where nobody waits for the others.
    this.#running = haveReturned ? clientCount : Math.max(1, waiting);
    return waitNs;
  }

  /** Requests of each of so many runs, and how many of these were waited after. */
  runs(count: number): { readonly sizes: number[]; readonly waitCount: number } {
    const sizes: number[] = [];
    let waitCount = 0;
    for (let run = 0; run < count; run++) {
      sizes.push(this.#running);
      waitCount += Number(this.run() > 0);
    }
    return { sizes, waitCount };
  }
}

/** Runs after which clients that return have been found to. */
const FOUND_COUNT = RETURN_PROBE_INTERVAL * RETURN_SCORE_ENTER;

test("who is alone is never waited for", () => {
  assert.equal(new ClosedLoop({ clientCount: 1 }).runs(10 * RETURN_PROBE_INTERVAL).waitCount, 0);
});

test("clients that return run together from some runs on, and are waited for each time", () => {
  for (const clientCount of [2, 4, 8]) {
    const loop = new ClosedLoop({ clientCount });
    loop.runs(FOUND_COUNT);
    const { sizes, waitCount } = loop.runs(20);
    assert.deepEqual(sizes, new Array<number>(20).fill(clientCount));
    assert.equal(waitCount, 20);
  }
});

test("clients that return too late are waited for now and then only", () => {
  const { waitCount } = new ClosedLoop({ clientCount: 4, returnUs: 5000 }).runs(
    10 * RETURN_PROBE_INTERVAL,
  );
  assert.equal(waitCount, 10);
});

test("some waits for nobody do not end the waiting, many do", () => {
  const loop = new ClosedLoop({ clientCount: 4 });
  loop.runs(FOUND_COUNT + RETURN_SCORE_MAX);
  loop.returnUs = 5000;
  assert.equal(loop.runs(RETURN_SCORE_MAX).waitCount, RETURN_SCORE_MAX);
  assert.ok(loop.runs(RETURN_PROBE_INTERVAL).waitCount <= 3);
  loop.returnUs = 200;
  loop.runs(FOUND_COUNT);
  assert.equal(loop.runs(20).waitCount, 20);
});

test("an instance waits no longer than what a run costs besides its rows, and never for long", () => {
  for (const { fixedUs, perRowUs, atMostNs } of [
    { fixedUs: 400, perRowUs: 1000, atMostNs: 400 * US },
    { fixedUs: 3000, perRowUs: 500, atMostNs: RETURN_WAIT_NS_MAX },
    { fixedUs: 3000, perRowUs: 7000, atMostNs: 3000 * US },
    { fixedUs: 50_000, perRowUs: 1000, atMostNs: 54_000 * US * RETURN_WAIT_SHARE_MAX },
  ]) {
    const loop = new ClosedLoop({ clientCount: 4, fixedUs, perRowUs });
    const waits = Array.from({ length: FOUND_COUNT }, () => loop.run()).filter((ns) => ns > 0);
    assert.ok(waits.length > 0);
    assert.ok(waits.every((ns) => ns <= atMostNs * 1.01));
    // The bound is what decides.
    assert.ok(Math.max(...waits) >= atMostNs * 0.5);
  }
});

test("nobody is waited for where a run costs no more than its rows, or there is no room for them", () => {
  const cheap = new ClosedLoop({ clientCount: 4, fixedUs: 0 });
  cheap.runs(RETURN_PROBE_INTERVAL);
  assert.equal(cheap.runs(FOUND_COUNT).waitCount, 0);
  const full = new ClosedLoop({ clientCount: 4 });
  for (let run = 0; run < FOUND_COUNT; run++) {
    assert.equal(full.run(false), 0);
  }
});

for (const { name, isFull, isHeld } of [
  {
    name: "a wait that fills the batch pays, though not half of those have returned",
    isFull: true,
    isHeld: true,
  },
  {
    name: "a wait for fewer than half that leaves room does not pay",
    isFull: false,
    isHeld: false,
  },
]) {
  test(name, () => {
    const collector = new ReturnCollector();
    let nowNs = 0;
    let heldCount = 0;
    for (let run = 0; run < FOUND_COUNT + 10; run++) {
      collector.onRun(nowNs, 5);
      nowNs += 5_000_000;
      collector.onRunEnd(nowNs, 3, true);
      if (collector.heldUntilNs !== null) {
        collector.onRelease(5, isFull);
        heldCount += Number(run >= FOUND_COUNT);
      }
    }
    assert.equal(heldCount === 10, isHeld);
  });
}
