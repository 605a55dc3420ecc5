import { stat } from "node:fs/promises";
import { modelConfigToJson, StatusCode, TritonError } from "@nereid/protocol";
import type { Instance, InstancePlacement, Model, ModelContext } from "../../model/backend.ts";
import type { BackendSettings } from "./backend-settings.ts";
import { modelFile } from "./model-settings.ts";
import { PythonInstance } from "./python-instance.ts";
import type { PythonModelParts, StubDescription } from "./python-model-parts.ts";
import { INLINE_BYTES_MAX } from "./stub-process.ts";

/** One version of a Python model: its instances share nothing but the description. */
export class PythonModel implements Model {
  readonly #parts: PythonModelParts;

  constructor(parts: PythonModelParts) {
    this.#parts = parts;
  }

  createInstance(placement: InstancePlacement): Promise<Instance> {
    this.#parts.log.info(
      `TRITONBACKEND_ModelInstanceInitialize: ${placement.name} (${placement.kind} device ${placement.deviceId})`,
    );
    return PythonInstance.create({ model: this.#parts, placement });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** How a model is described to its stubs. */
export function describeModel(
  context: ModelContext,
  options: {
    readonly settings: BackendSettings;
    readonly libraryDirectory: string | null;
    readonly instanceName: string;
  },
): StubDescription {
  const { config, name, version, modelDirectory, versionDirectory } = context;
  const { settings, libraryDirectory, instanceName } = options;
  return {
    model: {
      name,
      version: String(version),
      file: modelFile(context, libraryDirectory),
      modelDirectory,
      versionDirectory,
      libraryDirectory,
      isDecoupled: config.modelTransactionPolicy?.decoupled === true,
      outputNames: config.output.map((output) => output.name),
      instanceName,
      inlineBytesMax: INLINE_BYTES_MAX,
      shmBytesMax: settings.arenaBytesMax,
      shmIdleBytesMax: settings.idleArenaBytesMax,
    },
    configJson: modelConfigToJson(config),
  };
}

/** @throws {TritonError} Internal if the model's file is not there */
export async function checkModelFile(path: string): Promise<void> {
  await stat(path).catch((cause: unknown) => {
    throw new TritonError(StatusCode.Internal, `Python model file not found in '${path}'`, {
      cause,
    });
  });
}
