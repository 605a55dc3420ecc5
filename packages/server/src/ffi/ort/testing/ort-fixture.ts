import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OnnxModel, writeModel } from "@nereid/onnx-writer";
import { systemClock } from "../../../base/clock.ts";
import { NativeThreadPool } from "../../native-thread/native-thread-pool.ts";
import { findOrtLibrary } from "../find-ort-library.ts";
import { type GlobalThreadPools, OrtEnvironment, OrtLoggingLevel } from "../ort-environment.ts";
import { OrtLibrary } from "../ort-library.ts";
import type { OrtSession } from "../ort-session.ts";
import { loadOrtSession, releaseOrtSession } from "../ort-session-load.ts";
import { GraphOptimizationLevel, type OrtSessionSettings } from "../ort-session-options.ts";

/** Settings that leave everything to ONNX Runtime. */
export const PLAIN_SETTINGS: OrtSessionSettings = {
  graphOptimizationLevel: GraphOptimizationLevel.EnableAll,
  isParallel: false,
  usesGlobalThreadPools: false,
  intraOpThreadCount: null,
  interOpThreadCount: null,
  isCpuMemoryArenaEnabled: null,
  isMemoryPatternEnabled: null,
  configEntries: new Map(),
  providers: [],
  customOpLibraries: [],
};

/** The library, an environment, threads and a directory for models. Errors are not logged: tests make many. */
export class OrtFixture implements AsyncDisposable {
  readonly library: OrtLibrary;
  readonly environment: OrtEnvironment;
  readonly threads: NativeThreadPool;
  readonly directory: string;
  #modelCount = 0;

  constructor(threadPools: GlobalThreadPools | null = null) {
    this.library = OrtLibrary.load(findOrtLibrary(null));
    this.environment = OrtEnvironment.create(this.library, {
      logLevel: OrtLoggingLevel.Fatal,
      threadPools,
    });
    this.threads = new NativeThreadPool({
      libraryPath: this.library.path,
      clock: systemClock,
      threadCountMax: 4,
    });
    this.directory = mkdtempSync(join(tmpdir(), "ort-test-"));
  }

  /** Writes a model and returns its path. */
  write(model: OnnxModel): string {
    const path = join(this.directory, `model${this.#modelCount++}.onnx`);
    writeModel(path, model);
    return path;
  }

  load(model: OnnxModel, settings: OrtSessionSettings = PLAIN_SETTINGS): Promise<OrtSession> {
    return loadOrtSession(this.threads, this.environment, this.write(model), settings);
  }

  release(session: OrtSession): Promise<void> {
    return releaseOrtSession(this.threads, session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.threads.close();
    this.environment.close();
    rmSync(this.directory, { recursive: true });
  }
}
