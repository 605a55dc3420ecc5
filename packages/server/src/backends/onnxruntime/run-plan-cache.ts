import type { Batch } from "../../model/batch.ts";
import { PlanKey } from "./plan-key.ts";
import { isRaggedBatch } from "./plan-layout.ts";
import { RunPlan, type RunPlanParts } from "./run-plan.ts";

/** Plans that an instance keeps. A plan's own memory is a few times STAGED_BYTES_MAX at most. */
export const PLAN_COUNT_MAX = 256;

interface KeyedPlan {
  readonly key: PlanKey;
  readonly plan: RunPlan;
}

/** The plans of one instance, by the shapes of batches; the least recently used goes first. */
export class RunPlanCache {
  readonly #parts: RunPlanParts;
  /** Then inputs depend on which requests make up the rows. */
  readonly #hasBatchInputs: boolean;
  /** In the order of last use, but for the current one. */
  readonly #plans = new Map<string, KeyedPlan>();
  #current: KeyedPlan | null = null;

  constructor(parts: RunPlanParts) {
    this.#parts = parts;
    this.#hasBatchInputs = parts.model.batchInputs.length > 0;
  }

  /** The plan for a batch: the cache's, until the next call. Give it back with {@link done}. */
  get(batch: Batch): RunPlan {
    if (!this.#hasBatchInputs && this.#current?.key.matches(batch) === true) {
      return this.#current.plan;
    }
    const { model, states } = this.#parts;
    if (this.#hasBatchInputs || isRaggedBatch(model, batch)) {
      // Shapes that are not the key's: such a plan serves one batch.
      return new RunPlan(this.#parts, batch);
    }
    const key = new PlanKey(batch, model.batchSizeMax > 0, states);
    const text = key.toString();
    const known = this.#plans.get(text);
    this.#plans.delete(text);
    const current = known ?? { key, plan: new RunPlan(this.#parts, batch) };
    this.#plans.set(text, current);
    this.#current = current;
    this.#evict();
    return current.plan;
  }

  /** Closes a plan that the cache does not keep. */
  done(plan: RunPlan): void {
    if (plan !== this.#current?.plan) {
      plan.close();
    }
  }

  close(): void {
    for (const { plan } of this.#plans.values()) {
      plan.close();
    }
    this.#plans.clear();
    this.#current = null;
  }

  #evict(): void {
    if (this.#plans.size <= PLAN_COUNT_MAX) {
      return;
    }
    for (const [text, { plan }] of this.#plans) {
      this.#plans.delete(text);
      plan.close();
      return;
    }
  }
}
