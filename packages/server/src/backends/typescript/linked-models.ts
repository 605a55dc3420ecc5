import type { ModelSpec } from "../../model/model-spec.ts";

/**
 * The models that have made requests of others, or that have had such requests. Theirs wait where any instance can take them:
 * one that had been given to an instance early might be what that instance's running batch waits for.
 */
export class LinkedModels {
  readonly #specs = new WeakSet<ModelSpec>();

  /** A model makes a request of another one, or of itself. */
  link(caller: ModelSpec, called: ModelSpec): void {
    this.#specs.add(caller);
    this.#specs.add(called);
  }

  has(spec: ModelSpec): boolean {
    return this.#specs.has(spec);
  }
}
