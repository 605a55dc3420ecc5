import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import type { InferenceRequest } from "../model/request.ts";
import type { LimitedInstance } from "../scheduling/rate-limiter.ts";
import type { MortalInstance } from "./testing/mortal-version.ts";
import { MortalVersion } from "./testing/mortal-version.ts";

const KINDS = [
  "send",
  "send",
  "send",
  "cancel",
  "finish",
  "finish",
  "die",
  "restart",
  "fail",
  "turn",
  "other",
] as const;

interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly pick: number;
}

const STEP: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...KINDS),
  pick: fc.nat({ max: 1000 }),
});

/** Plays steps on a version, and on another model that needs the same resource. */
class Play {
  readonly mortal: MortalVersion;
  readonly #requests: InferenceRequest[] = [];
  readonly #other: LimitedInstance | null;

  constructor(mortal: MortalVersion) {
    this.mortal = mortal;
    this.#other = mortal.limiter === null ? null : mortal.register();
  }

  get sentCount(): number {
    return this.#requests.length;
  }

  apply({ kind, pick }: Step): void {
    const { mortal } = this;
    switch (kind) {
      case "send":
        this.#requests.push(mortal.send(`${this.#requests.length}`));
        return;
      case "cancel":
        this.#requests[pick % Math.max(1, this.#requests.length)]?.cancel();
        return;
      case "turn":
        mortal.turn();
        return;
      case "other":
        this.toggleOther();
        return;
      case "finish":
        one(mortal, pick, ({ state, batch }) => state === "running" && batch !== null)?.finish();
        return;
      case "die":
        one(mortal, pick, ({ state }) => state === "running")?.die();
        return;
      default:
        one(mortal, pick, ({ state }) => state !== "running")?.restart(kind === "restart");
    }
  }

  /** The other model runs, or ends its run. */
  toggleOther(isEnd = false): void {
    const other = this.#other;
    const { limiter } = this.mortal;
    if (other === null || limiter === null) {
      return;
    }
    if (other.state === "running") {
      limiter.release(other);
      limiter.startNext();
    } else if (other.state === "idle" && !isEnd) {
      limiter.stage(other, () => {});
    }
  }

  /** Lets everything end: with instances that run, or with none that does. */
  async end(isBroken: boolean): Promise<void> {
    const { mortal } = this;
    for (let round = 0; round < 3 * this.sentCount + 10; round++) {
      this.toggleOther(true);
      for (const instance of mortal.instances) {
        if (isBroken && instance.state === "running") {
          instance.die();
        } else if (instance.batch !== null && instance.state === "running") {
          instance.finish();
        } else if (instance.state !== "running") {
          instance.restart(!isBroken);
        }
      }
      mortal.turn();
    }
    this.toggleOther(true);
    assert.equal(mortal.answered.length, this.sentCount, "each request is answered once");
    assert.equal(new Set(mortal.answered.map((id) => id.replace("!", ""))).size, this.sentCount);
    assert.equal(mortal.version.statistics.pendingCount, 0);
    if (this.#other !== null) {
      assert.equal(this.#other.state, "idle");
      mortal.limiter?.unregister(this.#other);
    }
    mortal.version.stop();
    // Asserts that nothing is staged or runs, and that each instance holds nothing.
    await mortal.version.close();
  }
}

function one(
  { instances }: MortalVersion,
  pick: number,
  isWanted: (instance: MortalInstance) => boolean,
): MortalInstance | undefined {
  const wanted = instances.filter(isWanted);
  return wanted[pick % Math.max(1, wanted.length)];
}

/** With a rate limiter no instance is given what waits for its restart, nor, while another one runs, what it can only fail. */
function checkGiven({ mortal }: Play, isPinned: boolean): void {
  const isAnyAlive = mortal.instances.some(({ state }) => state !== "broken");
  for (const { state, batch, given } of mortal.instances) {
    assert.ok(batch === null || state === "running", "a dead instance has a batch");
    assert.ok(!given.some((entry) => entry.endsWith("restarting")));
    if (isAnyAlive && !isPinned) {
      assert.ok(!given.some((entry) => entry.endsWith("broken")));
    }
    // What all broken ones were given does not count once one is alive again.
    given.length = 0;
  }
}

for (const scheduling of ["none", "dynamic", "sequence"] as const) {
  test(`whatever ends and comes again, each request is answered once and nothing is held (${scheduling})`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(1, 2, 3, null),
        fc.array(STEP, { maxLength: 60 }),
        fc.boolean(),
        async (instanceCount, resourceCount, steps, isBroken) => {
          const play = new Play(new MortalVersion({ instanceCount, scheduling, resourceCount }));
          for (const step of steps) {
            const wasAllBroken = play.mortal.instances.every(({ state }) => state === "broken");
            play.apply(step);
            if (resourceCount !== null && !wasAllBroken) {
              checkGiven(play, scheduling === "sequence");
            }
            for (const { given } of play.mortal.instances) {
              given.length = 0;
            }
          }
          await play.end(isBroken);
        },
      ),
      fuzzOptions(),
    );
  });
}
