import {
  cloneModelConfig,
  createModelConfig,
  StatusCode,
  TritonError,
  tritonErrorFrom,
} from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { Logger } from "../base/logger.ts";
import { checkEnsembleConsistency } from "../config/ensemble-consistency.ts";
import { versionsToLoad } from "../config/model-versions.ts";
import type { DependencyGraph, ModelNode } from "./dependency-graph.ts";
import type { LoadedVersion } from "./loaded-version.ts";
import { describe, type ModelLifecycle } from "./model-lifecycle.ts";
import type { ModelSource } from "./version-loader.ts";

/** What loads in the order of dependencies work with. */
export interface DependencyLoadsOptions {
  readonly graph: DependencyGraph;
  readonly lifecycle: ModelLifecycle;
  readonly loadVersion: (source: ModelSource, version: bigint) => Promise<LoadedVersion>;
  /** Where a model of the graph loads from. */
  readonly sourceOf: (name: string) => ModelSource;
  readonly log: Logger;
}

/** How one model has come out: null if it is ready. */
export interface LoadOutcome {
  readonly error: TritonError | null;
  /** Whether the model must not be served because of what it needs; its files have not been tried. */
  readonly isInvalid: boolean;
}

/**
 * Brings models into service, each after those that it needs and that are brought, too. An ensemble that can no longer be
 * served leaves service.
 *
 * @param names locked by the caller; all are in the graph, which has judged them
 * @see Triton core src/model_repository_manager/model_repository_manager.cc, LoadModelByDependency
 */
export async function loadByDependency(
  options: DependencyLoadsOptions,
  names: readonly string[],
): Promise<ReadonlyMap<string, LoadOutcome>> {
  const pending = new Map<string, Promise<LoadOutcome>>();
  const wanted = new Set(names);
  const bring = (name: string): Promise<LoadOutcome> => {
    let outcome = pending.get(name);
    if (outcome === undefined) {
      outcome = bringOne(name);
      pending.set(name, outcome);
    }
    return outcome;
  };
  const bringOne = async (name: string): Promise<LoadOutcome> => {
    const node = options.graph.get(name);
    assert(node !== null, "what is loaded is in the graph");
    // A model in a circle is invalid already, so that nobody waits for himself.
    if (node.invalidity === null) {
      const needed = [...node.needs.keys()].filter((other) => wanted.has(other));
      await Promise.all(needed.map(bring));
      node.invalidity = invalidityOf(options, node);
    }
    return node.invalidity === null ? load(options, node) : retire(options, node);
  };
  const outcomes = new Map<string, LoadOutcome>();
  await Promise.all(names.map(bring));
  for (const [name, outcome] of pending) {
    outcomes.set(name, await outcome);
  }
  return outcomes;
}

/** What an ensemble needs is there or has failed by now. */
function invalidityOf(options: DependencyLoadsOptions, node: ModelNode): TritonError | null {
  for (const [name, versions] of node.needs) {
    const needed = options.graph.get(name);
    assert(needed !== null, "an ensemble with missing models has been judged");
    const error = dependencyError(options, node.name, needed, versions);
    if (error !== null) {
      return error;
    }
  }
  if (node.needs.size === 0) {
    return null;
  }
  try {
    checkEnsembleConsistency(node.config, (model) => options.lifecycle.get(model, null).config);
    return null;
  } catch (reason) {
    return tritonErrorFrom(reason);
  }
}

/** @see Triton core src/model_repository_manager/model_repository_manager.cc, CheckNode */
function dependencyError(
  { lifecycle }: DependencyLoadsOptions,
  ensemble: string,
  needed: ModelNode,
  versions: ReadonlySet<bigint | null>,
): TritonError | null {
  const prefix = `ensemble '${ensemble}' depends on '${needed.name}'`;
  if (needed.invalidity !== null) {
    return invalid(
      `${prefix} which is not valid. Model '${needed.name}' failed with error: ${needed.invalidity.message}`,
    );
  }
  const ready = new Set(lifecycle.ready(needed.name).map(({ spec }) => spec.version));
  if (ready.size === 0) {
    const reason =
      needed.failure === null
        ? ""
        : ` Model '${needed.name}' loading failed with error: ${needed.failure.message}`;
    return invalid(`${prefix} which has no loaded version.${reason}`);
  }
  for (const version of versions) {
    if (version !== null && !ready.has(version)) {
      return invalid(`${prefix} whose required version ${version} is not loaded.`);
    }
  }
  return null;
}

function retire({ lifecycle, log }: DependencyLoadsOptions, node: ModelNode): LoadOutcome {
  assert(node.invalidity !== null, "only what is invalid leaves");
  lifecycle.unload(node.name);
  log.error(describe(node.invalidity));
  return { error: node.invalidity, isInvalid: true };
}

async function load(options: DependencyLoadsOptions, node: ModelNode): Promise<LoadOutcome> {
  const { lifecycle, log, loadVersion } = options;
  const { name } = node;
  const source = withDecoupling(options, node, options.sourceOf(name));
  try {
    const versions = await versionsToLoad(source.config, source.files, log);
    await lifecycle.load(name, versions, (version) => loadVersion(source, version));
    node.failure = null;
  } catch (reason) {
    node.failure = tritonErrorFrom(reason);
    if (lifecycle.states(name)?.size === 0) {
      log.error(`failed to load model '${name}': ${node.failure.message}`);
    }
  }
  return { error: node.failure, isInvalid: false };
}

/** An ensemble is as decoupled as its steps, whatever its file says. */
function withDecoupling(
  { lifecycle }: DependencyLoadsOptions,
  node: ModelNode,
  source: ModelSource,
): ModelSource {
  if (node.needs.size === 0) {
    return source;
  }
  const decoupled = checkEnsembleConsistency(
    node.config,
    (model) => lifecycle.get(model, null).config,
  );
  const config = cloneModelConfig(source.config);
  const { modelTransactionPolicy } = createModelConfig({ modelTransactionPolicy: { decoupled } });
  assert(modelTransactionPolicy !== undefined, "it was set");
  config.modelTransactionPolicy = modelTransactionPolicy;
  return { ...source, config };
}

function invalid(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}
