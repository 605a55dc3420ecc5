import { NativeHandle } from "../native-handle.ts";
import type { OrtLibrary } from "./ort-library.ts";
import { appendProvider, type OrtProvider } from "./ort-providers.ts";

/** `GraphOptimizationLevel` of the C API. */
export const GraphOptimizationLevel = {
  DisableAll: 0,
  EnableBasic: 1,
  EnableExtended: 2,
  EnableAll: 99,
} as const;

export type GraphOptimizationLevel =
  (typeof GraphOptimizationLevel)[keyof typeof GraphOptimizationLevel];

/**
 * How a session is to be made. Null leaves ONNX Runtime's own default.
 *
 * ONNX Runtime silently accepts any config entry, so whoever fills `configEntries` passes only keys that it knows.
 */
export interface OrtSessionSettings {
  readonly graphOptimizationLevel: GraphOptimizationLevel;
  readonly isParallel: boolean;
  /** Use the environment's thread pools instead of own ones; the two counts are then without effect. */
  readonly usesGlobalThreadPools: boolean;
  readonly intraOpThreadCount: number | null;
  readonly interOpThreadCount: number | null;
  readonly isCpuMemoryArenaEnabled: boolean | null;
  readonly isMemoryPatternEnabled: boolean | null;
  readonly configEntries: ReadonlyMap<string, string>;
  /** In order of preference; the CPU follows by itself. */
  readonly providers: readonly OrtProvider[];
  /** Shared libraries with custom operators: paths, or names for the system's search. */
  readonly customOpLibraries: readonly string[];
}

/** An `OrtSessionOptions`. */
export class OrtSessionOptions extends NativeHandle<"ort-session-options"> {
  readonly #library: OrtLibrary;

  private constructor(library: OrtLibrary, address: bigint) {
    super("ort-session-options", address);
    this.#library = library;
  }

  /**
   * Makes the native options of `settings`.
   *
   * @throws {TritonError} Internal with ONNX Runtime's message, most likely about an execution provider or a library of
   *   custom operators
   */
  static create(library: OrtLibrary, settings: OrtSessionSettings): OrtSessionOptions {
    const address = library.word((out) => library.api.createSessionOptions(out));
    const options = new OrtSessionOptions(library, address);
    try {
      options.#apply(settings);
      for (const provider of settings.providers) {
        appendProvider(library, options, provider);
      }
      for (const path of settings.customOpLibraries) {
        // The handle that comes back is the library's, which stays loaded.
        library.word((out) => library.api.registerCustomOpsLibrary(address, path, out));
      }
    } catch (error) {
      options.close();
      throw error;
    }
    return options;
  }

  #apply(settings: OrtSessionSettings): void {
    const { api } = this.#library;
    const { address } = this;
    const check = (status: bigint | null): void => this.#library.check(status);
    check(api.setSessionGraphOptimizationLevel(address, settings.graphOptimizationLevel));
    check(api.setSessionExecutionMode(address, settings.isParallel ? 1 : 0));
    if (settings.usesGlobalThreadPools) {
      check(api.disablePerSessionThreads(address));
    }
    if (settings.intraOpThreadCount !== null) {
      check(api.setIntraOpNumThreads(address, settings.intraOpThreadCount));
    }
    if (settings.interOpThreadCount !== null) {
      check(api.setInterOpNumThreads(address, settings.interOpThreadCount));
    }
    if (settings.isCpuMemoryArenaEnabled !== null) {
      check(
        settings.isCpuMemoryArenaEnabled
          ? api.enableCpuMemArena(address)
          : api.disableCpuMemArena(address),
      );
    }
    if (settings.isMemoryPatternEnabled !== null) {
      check(
        settings.isMemoryPatternEnabled
          ? api.enableMemPattern(address)
          : api.disableMemPattern(address),
      );
    }
    for (const [key, value] of settings.configEntries) {
      check(api.addSessionConfigEntry(address, key, value));
    }
  }

  protected override release(address: bigint): void {
    this.#library.api.releaseSessionOptions(address);
  }
}
