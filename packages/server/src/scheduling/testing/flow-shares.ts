import { assert } from "../../base/assert.ts";
import type { FairQueueSpec } from "../../model/batching-spec.ts";
import type { SimulatedRequest } from "./simulated-request.ts";

/** What sums of doubles may be off. */
const TOLERANCE = 1e-6;

/** How much further one of two flows is than the other, over their weights, since both have been waiting. */
interface Pair {
  difference: number;
  low: number;
  high: number;
}

interface Level {
  readonly waitingCounts: Map<string | null, number>;
  readonly pairs: Map<string, Pair>;
}

/** Measures what flows get while they wait, and checks that it is their share. */
export class FlowShares {
  readonly #spec: FairQueueSpec;
  readonly #rowCountMax: number;
  readonly #levels = new Map<number, Level>();

  /** @param rowCountMax of one request */
  constructor(spec: FairQueueSpec, rowCountMax: number) {
    this.#spec = spec;
    this.#rowCountMax = rowCountMax;
  }

  onWait({ level, flow }: SimulatedRequest): void {
    const { waitingCounts, pairs } = this.#levelOf(level);
    const count = waitingCounts.get(flow) ?? 0;
    waitingCounts.set(flow, count + 1);
    if (count === 0) {
      for (const other of waitingCounts.keys()) {
        pairs.set(pairKey(flow, other), { difference: 0, low: 0, high: 0 });
      }
    }
  }

  /** It waits no more; not because it was served, unless that has been said before. */
  onLeave({ level, flow }: SimulatedRequest): void {
    const { waitingCounts } = this.#levelOf(level);
    const count = (waitingCounts.get(flow) ?? 0) - 1;
    assert(count >= 0, "only who waits leaves");
    if (count === 0) {
      waitingCounts.delete(flow);
    } else {
      waitingCounts.set(flow, count);
    }
  }

  onServe({ level, flow, request }: SimulatedRequest): void {
    const { waitingCounts, pairs } = this.#levelOf(level);
    for (const other of waitingCounts.keys()) {
      const pair = pairs.get(pairKey(flow, other));
      if (other !== flow && pair !== undefined) {
        const sign = isFirst(flow, other) ? 1 : -1;
        pair.difference += (sign * request.batchSize) / this.#weightOf(flow);
        pair.low = Math.min(pair.low, pair.difference);
        pair.high = Math.max(pair.high, pair.difference);
        const bound =
          this.#rowCountMax / this.#weightOf(flow) + this.#rowCountMax / this.#weightOf(other);
        assert(
          pair.high - pair.low <= bound + TOLERANCE,
          `flows '${flow}' and '${other}' get their shares`,
        );
      }
    }
  }

  #weightOf(flow: string | null): number {
    const { weights, weightDefault } = this.#spec;
    return (flow === null ? undefined : weights.get(flow)) ?? weightDefault;
  }

  #levelOf(number: number): Level {
    let level = this.#levels.get(number);
    if (level === undefined) {
      level = { waitingCounts: new Map(), pairs: new Map() };
      this.#levels.set(number, level);
    }
    return level;
  }
}

function isFirst(flow: string | null, other: string | null): boolean {
  return (flow ?? "") < (other ?? "");
}

function pairKey(flow: string | null, other: string | null): string {
  return isFirst(flow, other) ? `${flow} ${other}` : `${other} ${flow}`;
}
