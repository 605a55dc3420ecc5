import { cloneModelConfig, type ModelConfig } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import { compileEnsemble } from "../config/compile-ensemble.ts";
import { compileModelConfig } from "../config/complete-model-config.ts";
import type { EnsembleSpec } from "../model/ensemble-spec.ts";
import type { ModelSpec, OutputSpec } from "../model/model-spec.ts";
import { createStatistics } from "./create-statistics.ts";
import { EnsembleVersion } from "./ensemble-version.ts";
import type { LoadedVersion } from "./loaded-version.ts";
import type { VersionCacheParts } from "./model-version.ts";
import type { ModelSource, VersionLoaderOptions } from "./version-loader.ts";

/**
 * Loads one version of an ensemble, whose models are ready and fit together: binds its steps to their versions and
 * compiles the data flow.
 *
 * @throws {TritonError} the reason that the index and the load request show
 * @see Triton core src/ensemble_scheduler/ensemble_model.cc, EnsembleModel::Create
 */
export async function loadEnsembleVersion(
  options: Pick<
    VersionLoaderOptions,
    "clock" | "alarmClock" | "log" | "getLoaded" | "waits" | "hasHistograms"
  >,
  source: ModelSource,
  version: bigint,
  cache: VersionCacheParts | null,
): Promise<EnsembleVersion> {
  const config = cloneModelConfig(source.config);
  const own = await compileModelConfig({
    config,
    isProvided: source.isConfigProvided,
    version,
    files: source.files,
  });
  // From here to the hold nothing waits: no step can leave in between.
  const steps = stepsOf(config, options.getLoaded);
  const ensemble = compileEnsemble(
    config,
    own,
    steps.map(({ spec }) => spec),
  );
  const spec = withStepLabels(own, ensemble, steps);
  source.local.retain();
  return new EnsembleVersion({
    spec,
    config,
    ensemble,
    steps,
    statistics: createStatistics(options, config, spec),
    cache,
    clock: options.clock,
    alarmClock: options.alarmClock,
    waits: options.waits,
    log: options.log,
    releaseFiles: () => source.local.release(),
  });
}

function stepsOf(
  config: ModelConfig,
  getLoaded: VersionLoaderOptions["getLoaded"],
): readonly LoadedVersion[] {
  const { schedulingChoice } = config;
  assert(schedulingChoice.case === "ensembleScheduling", "it is an ensemble");
  return schedulingChoice.value.step.map(({ modelName, modelVersion }) =>
    getLoaded(modelName, modelVersion === -1n ? null : modelVersion),
  );
}

/**
 * An output without labels of its own has those of the step that writes it.
 *
 * @see Triton core src/model_repository_manager/model_lifecycle.cc, CreateModel
 */
function withStepLabels(
  spec: ModelSpec,
  ensemble: EnsembleSpec,
  steps: readonly LoadedVersion[],
): ModelSpec {
  const outputs = spec.outputs.map((output): OutputSpec => {
    const tensor = ensemble.outputTensors.get(output.name);
    const producer = tensor === undefined ? null : (ensemble.tensors[tensor]?.producer ?? null);
    if (output.labels !== null || producer === null) {
      return output;
    }
    const written = ensemble.steps[producer]?.outputs.find((mapping) => mapping.tensor === tensor);
    const labels = steps[producer]?.spec.outputsByName.get(written?.name ?? "")?.labels ?? null;
    return { ...output, labels };
  });
  return {
    ...spec,
    outputs,
    outputsByName: new Map(outputs.map((output) => [output.name, output])),
  };
}
