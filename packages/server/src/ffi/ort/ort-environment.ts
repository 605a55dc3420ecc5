import { NativeHandle } from "../native-handle.ts";
import type { OrtLibrary } from "./ort-library.ts";

/** `OrtLoggingLevel`: the least severe of its own messages that ONNX Runtime writes to standard error. */
export const OrtLoggingLevel = {
  Verbose: 0,
  Info: 1,
  Warning: 2,
  Error: 3,
  Fatal: 4,
} as const;

export type OrtLoggingLevel = (typeof OrtLoggingLevel)[keyof typeof OrtLoggingLevel];

/** Thread pools shared by all sessions. 0: one thread a core. */
export interface GlobalThreadPools {
  readonly intraOpThreadCount: number;
  readonly interOpThreadCount: number;
}

/**
 * An `OrtEnv`. The process has one: creating a second returns the first again with one more reference, and the settings
 * of the first hold.
 */
export class OrtEnvironment extends NativeHandle<"ort-environment"> {
  readonly library: OrtLibrary;
  /** The default CPU allocator: the library's own, never released. */
  readonly allocator: bigint;
  /** Describes memory of the host for tensors over our own buffers. */
  readonly cpuMemoryInfo: bigint;

  private constructor(library: OrtLibrary, address: bigint) {
    super("ort-environment", address);
    this.library = library;
    const { api } = library;
    this.allocator = library.word((out) => api.getAllocatorWithDefaultOptions(out));
    // Device allocator, default memory: plain host memory that somebody else owns.
    this.cpuMemoryInfo = library.word((out) => api.createCpuMemoryInfo(0, 0, out));
  }

  /**
   * ONNX Runtime's own logger stays in use: one that called back into JavaScript from its threads would deadlock with a
   * synchronous call.
   *
   * @param options.threadPools null gives each session its own threads
   */
  static create(
    library: OrtLibrary,
    options: { readonly logLevel: OrtLoggingLevel; readonly threadPools: GlobalThreadPools | null },
  ): OrtEnvironment {
    const { api } = library;
    const { logLevel, threadPools } = options;
    if (threadPools === null) {
      const address = library.word((out) => api.createEnv(logLevel, "nereid", out));
      return new OrtEnvironment(library, address);
    }
    const threading = library.word((out) => api.createThreadingOptions(out));
    try {
      if (threadPools.intraOpThreadCount > 0) {
        library.check(api.setGlobalIntraOpNumThreads(threading, threadPools.intraOpThreadCount));
      }
      if (threadPools.interOpThreadCount > 0) {
        library.check(api.setGlobalInterOpNumThreads(threading, threadPools.interOpThreadCount));
      }
      const address = library.word((out) =>
        api.createEnvWithGlobalThreadPools(logLevel, "nereid", threading, out),
      );
      return new OrtEnvironment(library, address);
    } finally {
      api.releaseThreadingOptions(threading);
    }
  }

  protected override release(address: bigint): void {
    this.library.api.releaseMemoryInfo(this.cpuMemoryInfo);
    this.library.api.releaseEnv(address);
  }
}
