import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { type LimitedInstance, RateLimiter } from "./rate-limiter.ts";
import type { ResourceDemand } from "./resource-pool.ts";

interface Setting {
  readonly demands: readonly ResourceDemand[];
  readonly priority: number;
}

const NAMES = ["A", "B", "G"];

/** "G" is global, the others are of one of two devices. */
const DEMAND = fc
  .record({
    name: fc.constantFrom(...NAMES),
    deviceId: fc.integer({ min: 0, max: 1 }),
    count: fc.integer({ min: 0, max: 5 }),
  })
  .map((demand): ResourceDemand => ({ ...demand, isGlobal: demand.name === "G" }));

const SETTING: fc.Arbitrary<Setting> = fc.record({
  demands: fc.array(DEMAND, { maxLength: 3 }),
  priority: fc.integer({ min: 0, max: 4 }),
});

/** Runs a rate limiter by hand and checks after every step what must always hold. */
class Simulation {
  readonly limiter: RateLimiter;
  readonly settings = new Map<LimitedInstance, Setting>();
  readonly running = new Set<LimitedInstance>();
  /** Staged: how often it has been overtaken by each other one. */
  readonly overtaken = new Map<LimitedInstance, Map<LimitedInstance, number>>();
  startedCount = 0;
  nowNs = 0;
  isTurnDue = false;

  constructor() {
    this.limiter = new RateLimiter([], {
      nowNs: () => this.nowNs,
      deferTurn: () => {
        this.isTurnDue = true;
      },
    });
  }

  add(setting: Setting): LimitedInstance {
    const instance = this.limiter.register(setting);
    this.settings.set(instance, setting);
    return instance;
  }

  /** `isQuick`: the batch ends within its start, and takes so long. */
  stage(instance: LimitedInstance, isQuick: boolean): void {
    this.overtaken.set(instance, new Map());
    this.limiter.stage(instance, () => {
      this.#onStart(instance);
      if (isQuick) {
        this.nowNs += 300_000;
        this.finish(instance);
      }
    });
  }

  unstage(instance: LimitedInstance): void {
    this.overtaken.delete(instance);
    this.limiter.unstage(instance);
  }

  finish(instance: LimitedInstance): void {
    this.running.delete(instance);
    this.limiter.release(instance);
    this.limiter.startNext();
  }

  turn(): void {
    if (this.isTurnDue) {
      this.isTurnDue = false;
      this.limiter.onTurn();
    }
  }

  #onStart(instance: LimitedInstance): void {
    this.startedCount++;
    this.running.add(instance);
    assert.ok(this.overtaken.delete(instance), "only a staged batch starts, once");
    for (const [waiting, counts] of this.overtaken) {
      const count = (counts.get(instance) ?? 0) + 1;
      counts.set(instance, count);
      const chances = Math.ceil(waiting.stride / instance.stride) + 1;
      assert.ok(count <= chances, `overtaken ${count} times by one, at most ${chances}`);
    }
    this.#checkResources(instance);
  }

  /**
   * What starts finds room: with what runs already it needs no more than the hungriest registered instance needs alone. A pool
   * that it does not draw on may be overdrawn, since it shrinks when the hungriest instance is removed.
   */
  #checkResources(started: LimitedInstance): void {
    const limits = new Map<string, number>();
    for (const { demands } of this.settings.values()) {
      for (const [key, count] of byPool(demands)) {
        limits.set(key, Math.max(limits.get(key) ?? 0, count));
      }
    }
    const used = new Map<string, number>();
    for (const instance of this.running) {
      for (const [key, count] of byPool(this.settings.get(instance)?.demands ?? [])) {
        used.set(key, (used.get(key) ?? 0) + count);
      }
    }
    for (const [key, needed] of byPool(this.settings.get(started)?.demands ?? [])) {
      const count = used.get(key) ?? 0;
      assert.ok(needed === 0 || count <= (limits.get(key) ?? 0), `${count} of ${key} in use`);
    }
  }
}

function byPool(demands: readonly ResourceDemand[]): Map<string, number> {
  return new Map(
    demands.map((demand) => [
      demand.isGlobal ? demand.name : `${demand.name}${demand.deviceId}`,
      demand.count,
    ]),
  );
}

type Step =
  | { readonly kind: "stage"; readonly pick: number; readonly isQuick: boolean }
  | { readonly kind: "unstage" | "finish" | "remove"; readonly pick: number }
  | { readonly kind: "turn" }
  | { readonly kind: "add"; readonly setting: Setting };

const PICK = fc.nat({ max: 1000 });
const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("stage"), pick: PICK, isQuick: fc.boolean() }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("finish"), pick: PICK }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("unstage", "remove"), pick: PICK }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("turn") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("add"), setting: SETTING }) },
);

function pickOne(
  simulation: Simulation,
  state: LimitedInstance["state"],
  pick: number,
): LimitedInstance | undefined {
  const all = [...simulation.settings.keys()].filter((instance) => instance.state === state);
  return all[pick % Math.max(1, all.length)];
}

function apply(simulation: Simulation, step: Step): void {
  switch (step.kind) {
    case "add":
      simulation.add(step.setting);
      return;
    case "turn":
      simulation.turn();
      return;
    case "stage": {
      const instance = pickOne(simulation, "idle", step.pick);
      if (instance !== undefined) {
        simulation.stage(instance, step.isQuick);
      }
      return;
    }
    case "unstage": {
      const instance = pickOne(simulation, "staged", step.pick);
      if (instance !== undefined) {
        simulation.unstage(instance);
      }
      return;
    }
    case "finish": {
      const instance = pickOne(simulation, "running", step.pick);
      if (instance !== undefined) {
        simulation.finish(instance);
      }
      return;
    }
    case "remove": {
      const instance = pickOne(simulation, "idle", step.pick);
      if (instance !== undefined) {
        simulation.limiter.unregister(instance);
        simulation.settings.delete(instance);
      }
    }
  }
}

test("resources are never exceeded, nobody starves, and what is staged runs in the end", () => {
  fc.assert(
    fc.property(
      fc.array(SETTING, { minLength: 1, maxLength: 6 }),
      fc.array(STEP, { maxLength: 200 }),
      (settings, steps) => {
        const simulation = new Simulation();
        for (const setting of settings) {
          simulation.add(setting);
        }
        for (const step of steps) {
          apply(simulation, step);
        }
        // Everything ends: no batch may be left behind.
        for (let round = 0; round < 10_000 && simulation.overtaken.size > 0; round++) {
          simulation.turn();
          for (const instance of Array.from(simulation.running)) {
            simulation.finish(instance);
          }
        }
        assert.equal(simulation.overtaken.size, 0, "a staged batch never ran");
      },
    ),
    fuzzOptions(),
  );
});

test("instances that compete run in proportion to their priorities", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 5 }),
      fc.integer({ min: 0, max: 50 }),
      (priorities, headStart) => {
        const simulation = new Simulation();
        const demands = [{ name: "R", isGlobal: true, deviceId: 0, count: 1 }];
        const early = simulation.add({ demands, priority: 1 });
        for (let run = 0; run < headStart; run++) {
          simulation.stage(early, false);
          simulation.finish(early);
        }
        const instances = priorities.map((priority) => simulation.add({ demands, priority }));
        const counts = new Map(instances.map((instance) => [instance, 0]));
        for (const instance of instances) {
          simulation.stage(instance, false);
        }
        const unit = 60 * 20;
        for (let run = 0; run < unit; run++) {
          const [instance] = simulation.running;
          assert.ok(instance);
          counts.set(instance, (counts.get(instance) ?? 0) + 1);
          simulation.running.delete(instance);
          simulation.limiter.release(instance);
          simulation.stage(instance, false);
        }
        const shares = priorities.map((priority) => 1 / priority);
        const sum = shares.reduce((total, share) => total + share, 0);
        for (const [index, instance] of instances.entries()) {
          const expected = (unit * (shares[index] ?? 0)) / sum;
          const count = counts.get(instance) ?? 0;
          assert.ok(Math.abs(count - expected) <= priorities.length + 1, `${count} of ${expected}`);
        }
      },
    ),
    fuzzOptions(),
  );
});
