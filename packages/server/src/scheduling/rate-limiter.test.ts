import assert from "node:assert/strict";
import { test } from "node:test";
import { type LimitedInstance, RateLimiter, START_TURN_NS_MAX } from "./rate-limiter.ts";

function setUp() {
  const world = { nowNs: 0, turnCount: 0 };
  const limiter = new RateLimiter([{ name: "R", deviceId: null, count: 2 }], {
    nowNs: () => world.nowNs,
    deferTurn: () => {
      world.turnCount++;
    },
  });
  const started: string[] = [];
  const add = (count: number, priority = 1): LimitedInstance =>
    limiter.register({
      demands: [{ name: "R", isGlobal: false, deviceId: 0, count }],
      priority,
    });
  const stage = (instance: LimitedInstance, name: string): void => {
    limiter.stage(instance, () => started.push(name));
  };
  const finish = (instance: LimitedInstance): void => {
    limiter.release(instance);
    limiter.startNext();
  };
  return { world, limiter, started, add, stage, finish };
}

test("what has room starts at once, what has none waits", () => {
  const { started, add, stage, finish } = setUp();
  const [first, second, third] = [add(1), add(1), add(1)];
  stage(first, "first");
  stage(second, "second");
  stage(third, "third");
  assert.deepEqual(started, ["first", "second"]);
  finish(first);
  assert.deepEqual(started, ["first", "second", "third"]);
});

test("one release starts everyone who has room", () => {
  const { started, add, stage, finish } = setUp();
  const [large, small, smaller] = [add(2), add(1), add(1)];
  stage(large, "large");
  stage(small, "small");
  stage(smaller, "smaller");
  finish(large);
  assert.deepEqual(started, ["large", "small", "smaller"]);
});

test("nobody overtakes whose turn it is, however little it needs", () => {
  const { started, add, stage, finish } = setUp();
  const [small, large, other] = [add(1), add(2), add(1)];
  stage(small, "small");
  stage(large, "large");
  stage(other, "other");
  assert.deepEqual(started, ["small"]);
  finish(small);
  assert.deepEqual(started, ["small", "large"]);
});

test("who gives up its turn lets the next one run", () => {
  const { limiter, started, add, stage } = setUp();
  const [small, large, other] = [add(1), add(2), add(1)];
  stage(small, "small");
  stage(large, "large");
  stage(other, "other");
  limiter.unstage(large);
  assert.deepEqual(started, ["small", "other"]);
  assert.equal(large.state, "idle");
});

test("a model's least used instance takes its next batch", () => {
  const { limiter, add, stage, finish } = setUp();
  const instances = [add(1, 1), add(1, 2)];
  const runs = [0, 0];
  for (let run = 0; run < 300; run++) {
    const chosen = limiter.choose(instances);
    const index = instances.indexOf(chosen);
    runs[index] = (runs[index] ?? 0) + 1;
    stage(chosen, "any");
    finish(chosen);
  }
  assert.deepEqual(runs, [200, 100]);
});

test("a model that has just been loaded does not run alone until it has caught up", () => {
  const { started, add, stage, finish } = setUp();
  const old = add(2);
  for (let run = 0; run < 100; run++) {
    stage(old, "old");
    finish(old);
  }
  const fresh = add(2);
  stage(old, "old");
  stage(fresh, "fresh");
  for (let run = 0; run < 10; run++) {
    const instance = old.state === "running" ? old : fresh;
    const { length } = started;
    const name = started[length - 1] ?? "";
    finish(instance);
    stage(instance, name);
  }
  const last = started.slice(-10);
  assert.equal(last.filter((name) => name === "old").length, 5);
});

test("batches that end at once leave the event loop its turns", () => {
  const { world, limiter, add } = setUp();
  let count = 0;
  const instance = add(2);
  const run = (): void => {
    count++;
    world.nowNs += START_TURN_NS_MAX / 4;
    limiter.release(instance);
    if (count < 20) {
      limiter.stage(instance, run);
    }
    limiter.startNext();
  };
  limiter.stage(instance, run);
  assert.equal(count, 4);
  assert.equal(world.turnCount, 1);
  for (let turn = 0; turn < 10; turn++) {
    limiter.onTurn();
  }
  assert.equal(count, 20);
});
