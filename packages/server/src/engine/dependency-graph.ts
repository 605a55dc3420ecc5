import type { ModelConfig } from "@nereid/protocol";
import { StatusCode, TritonError } from "@nereid/protocol";

/** What the graph knows of a model. */
export interface ModelNode {
  readonly name: string;
  readonly config: ModelConfig;
  /** By the name of a model that it needs, the versions that it needs of it; null stands for the latest. */
  readonly needs: ReadonlyMap<string, ReadonlySet<bigint | null>>;
  /** Whether somebody asked for it by name; otherwise it is here because an ensemble needs it. */
  readonly isExplicit: boolean;
  /** Why it must not be served, whatever is in its directory; null if it may be. */
  invalidity: TritonError | null;
  /** Why its last load failed; null if it did not. */
  failure: TritonError | null;
}

/** `model_version` of a step that takes the latest. */
const LATEST = -1n;

/**
 * Which models need which: ensembles need the models of their steps. A model is here from when a load of it is tried until
 * it is unloaded.
 *
 * @see Triton core src/model_repository_manager/model_repository_manager.cc, DependencyGraph
 */
export class DependencyGraph {
  readonly #nodes = new Map<string, ModelNode>();

  get(name: string): ModelNode | null {
    return this.#nodes.get(name) ?? null;
  }

  /** Adds a model, or puts its new configuration in place of the old one. */
  put(config: ModelConfig, isExplicit: boolean): ModelNode {
    const before = this.#nodes.get(config.name);
    const node: ModelNode = {
      name: config.name,
      config,
      needs: needsOf(config),
      isExplicit: isExplicit || before?.isExplicit === true,
      invalidity: null,
      failure: null,
    };
    this.#nodes.set(config.name, node);
    return node;
  }

  /**
   * Takes a model out.
   *
   * @param isCascading also takes out what it needs and nobody else does, unless somebody asked for it by name
   * @returns the names of what has been taken out; empty for a model that is not here
   */
  remove(name: string, isCascading: boolean): readonly string[] {
    const removed: string[] = [];
    const doomed = [name];
    // The list grows while it is walked; a model is taken out once.
    for (const next of doomed) {
      const node = this.#nodes.get(next);
      if (node === undefined) {
        continue;
      }
      this.#nodes.delete(next);
      removed.push(next);
      for (const needed of isCascading ? node.needs.keys() : []) {
        if (this.#nodes.get(needed)?.isExplicit === false && this.#neededBy(needed).length === 0) {
          doomed.push(needed);
        }
      }
    }
    return removed;
  }

  /** What `remove` would take out. */
  removable(name: string, isCascading: boolean): readonly string[] {
    const copy = new DependencyGraph();
    for (const [key, node] of this.#nodes) {
      copy.#nodes.set(key, node);
    }
    return copy.remove(name, isCascading);
  }

  /** The given models and all ensembles that need them, through others, too; sorted. */
  withDependents(names: Iterable<string>): readonly string[] {
    const found = new Set(names);
    // The set grows while it is walked.
    for (const name of found) {
      for (const dependent of this.#neededBy(name)) {
        found.add(dependent);
      }
    }
    return [...found].sort();
  }

  /** Judges some models anew: an ensemble needs models that are here, and not itself. */
  judge(names: readonly string[]): void {
    const nodes = names.flatMap((name) => this.#nodes.get(name) ?? []);
    for (const node of nodes) {
      node.invalidity = this.#missing(node);
    }
    for (const node of nodes) {
      node.invalidity ??= this.#circle(node, node, new Set());
    }
  }

  #neededBy(name: string): readonly string[] {
    const dependents: string[] = [];
    for (const node of this.#nodes.values()) {
      if (node.needs.has(name)) {
        dependents.push(node.name);
      }
    }
    return dependents;
  }

  #missing({ name, needs }: ModelNode): TritonError | null {
    // The first in the order of the steps: the real server looks no further.
    const missing = [...needs.keys()].find((needed) => !this.#nodes.has(needed));
    return missing === undefined
      ? null
      : invalid(`ensemble ${name} contains models that are not available or ambiguous: ${missing}`);
  }

  /** Walks towards what is needed; what lies on the way of a circle is as invalid as where it began. */
  #circle(current: ModelNode, start: ModelNode, seen: Set<ModelNode>): TritonError | null {
    seen.add(current);
    for (const name of [...current.needs.keys()].sort()) {
      const needed = this.#nodes.get(name);
      if (needed === start) {
        return invalid(
          `circular dependency between ensembles: ${start.name} -> ... -> ${current.name} -> ${start.name}`,
        );
      }
      if (needed !== undefined && !seen.has(needed)) {
        const error = this.#circle(needed, start, seen);
        if (error !== null) {
          current.invalidity = error;
          return error;
        }
      }
    }
    return null;
  }
}

function needsOf({ schedulingChoice }: ModelConfig): Map<string, Set<bigint | null>> {
  const needs = new Map<string, Set<bigint | null>>();
  if (schedulingChoice.case === "ensembleScheduling") {
    for (const { modelName, modelVersion } of schedulingChoice.value.step) {
      const versions = needs.get(modelName) ?? new Set();
      versions.add(modelVersion === LATEST ? null : modelVersion);
      needs.set(modelName, versions);
    }
  }
  return needs;
}

function invalid(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}
