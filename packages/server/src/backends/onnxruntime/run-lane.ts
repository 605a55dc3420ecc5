import { OrtLoggingLevel } from "../../ffi/ort/ort-environment.ts";
import { OrtRunOptions } from "../../ffi/ort/ort-run-options.ts";
import type { RunPlan, RunPlanParts } from "./run-plan.ts";
import { RunPlanCache } from "./run-plan-cache.ts";

/**
 * What one run at a time needs for itself: plans and run options. An instance has one lane, and another one when it stages a
 * batch while a run goes on.
 */
export class RunLane {
  readonly plans: RunPlanCache;
  readonly #options: OrtRunOptions;
  /** For runs that may fail because of a guess: they are repeated, and only the second failure is worth a log line. */
  readonly #quietOptions: OrtRunOptions;
  #isTerminating = false;

  constructor(parts: RunPlanParts, configEntries: ReadonlyMap<string, string>) {
    const { library } = parts.resources;
    this.plans = new RunPlanCache(parts);
    this.#options = new OrtRunOptions(library);
    this.#quietOptions = new OrtRunOptions(library);
    this.#quietOptions.setLogLevel(OrtLoggingLevel.Fatal);
    for (const [key, value] of configEntries) {
      this.#options.addConfigEntry(key, value);
      this.#quietOptions.addConfigEntry(key, value);
    }
  }

  /** Whether its run has been told to end soon. */
  get isTerminating(): boolean {
    return this.#isTerminating;
  }

  optionsOf(plan: RunPlan): OrtRunOptions {
    return plan.hasGuesses ? this.#quietOptions : this.#options;
  }

  /** Makes its run end soon with an error, whether it has begun or not. */
  terminate(): void {
    if (!this.#isTerminating) {
      this.#isTerminating = true;
      this.#options.setTerminate();
      this.#quietOptions.setTerminate();
    }
  }

  /** Its run has ended. */
  endTermination(): void {
    if (this.#isTerminating) {
      this.#isTerminating = false;
      this.#options.unsetTerminate();
      this.#quietOptions.unsetTerminate();
    }
  }

  close(): void {
    this.plans.close();
    this.#options.close();
    this.#quietOptions.close();
  }
}
