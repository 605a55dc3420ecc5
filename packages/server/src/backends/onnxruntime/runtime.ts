import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import { Semaphore } from "../../base/semaphore.ts";
import { addressOf } from "../../ffi/native-memory.ts";
import { FirstCore } from "../../ffi/native-thread/first-core.ts";
import {
  NATIVE_THREAD_COUNT_MAX,
  NativeThreadPool,
} from "../../ffi/native-thread/native-thread-pool.ts";
import { OrtEnvironment, OrtLoggingLevel } from "../../ffi/ort/ort-environment.ts";
import { OrtLibrary } from "../../ffi/ort/ort-library.ts";
import type { OrtSession } from "../../ffi/ort/ort-session.ts";
import { loadOrtSession, releaseOrtSession } from "../../ffi/ort/ort-session-load.ts";
import type { OrtSessionSettings } from "../../ffi/ort/ort-session-options.ts";
import { OrtValues } from "../../ffi/ort/ort-value.ts";
import { BufferPool } from "../../memory/buffer-pool.ts";
import { SmallCopies } from "../../memory/small-copies.ts";
import type { BackendSettings } from "./backend-settings.ts";
import { CopyStatistics } from "./copy-statistics.ts";
import { PreparedSessions, preparedSessionKey } from "./prepared-sessions.ts";
import type { RunResources } from "./run-resources.ts";

/** What a runtime is made with. */
export interface RuntimeOptions {
  readonly settings: BackendSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Sessions that are released at the same time. Each takes a thread for a moment, and a thread that is started just for it
 * costs a hundred times more than the release.
 */
const RELEASE_CONCURRENCY = 2;

/** A loaded ONNX Runtime with everything that its models share. */
export class Runtime {
  readonly resources: RunResources;
  readonly threads: NativeThreadPool;
  readonly #environment: OrtEnvironment;
  readonly #prepared: PreparedSessions;
  /** Sessions are created one after the other: ONNX Runtime may not be safe otherwise (Triton's DLIS-4663). */
  #lastLoad: Promise<unknown> = Promise.resolve();
  readonly #releases = new Semaphore(RELEASE_CONCURRENCY);

  private constructor(library: OrtLibrary, environment: OrtEnvironment, options: RuntimeOptions) {
    this.#environment = environment;
    this.threads = new NativeThreadPool({
      libraryPath: library.path,
      clock: options.clock,
      threadCountMax: NATIVE_THREAD_COUNT_MAX,
      firstCore: FirstCore.open(),
    });
    this.#prepared = new PreparedSessions(options.clock, (session) => this.releaseSession(session));
    this.resources = {
      library,
      values: new OrtValues(environment),
      smallOutputs: new SmallCopies(),
      copies: new CopyStatistics(),
      buffers: new BufferPool({
        addressOf,
        idleBytesMax: options.settings.idleBufferBytesMax,
      }),
    };
  }

  /** @throws {TritonError} Unavailable if the library cannot be loaded */
  static load(libraryPath: string, options: RuntimeOptions): Runtime {
    const library = OrtLibrary.load(libraryPath);
    const environment = OrtEnvironment.create(library, {
      logLevel: options.log.isVerbose(1) ? OrtLoggingLevel.Verbose : OrtLoggingLevel.Warning,
      threadPools: options.settings.globalThreadPools,
    });
    return new Runtime(library, environment, options);
  }

  /**
   * Loads a model file off the event loop, or takes the session that {@link prepareSession} has kept of it.
   *
   * @returns a session that the caller gives back with {@link releaseSession}
   * @throws {TritonError} Internal `onnx runtime error <code>: <message>`; Unavailable for an execution provider
   */
  async loadSession(path: string, settings: OrtSessionSettings): Promise<OrtSession> {
    const prepared = this.#prepared.take(await preparedSessionKey(path, settings));
    return prepared ?? this.#load(path, settings);
  }

  /**
   * Loads a model file to look at it, and keeps the session for a while, in case it is loaded for good.
   *
   * @param look reads what it needs; the session is not the caller's
   * @throws {TritonError} as {@link loadSession}; whatever `look` throws
   */
  async prepareSession<T>(
    path: string,
    settings: OrtSessionSettings,
    look: (session: OrtSession) => T,
  ): Promise<T> {
    const key = await preparedSessionKey(path, settings);
    const session = await this.#load(path, settings);
    try {
      const seen = look(session);
      await this.#prepared.keep(key, session);
      return seen;
    } catch (error) {
      await this.releaseSession(session);
      throw error;
    }
  }

  releaseSession(session: OrtSession): Promise<void> {
    return this.#releases.run(() => releaseOrtSession(this.threads, session));
  }

  /** Called once, when no session is left. */
  async close(): Promise<void> {
    await this.#prepared.close();
    await this.threads.close();
    this.resources.buffers.clear();
    this.#environment.close();
  }

  #load(path: string, settings: OrtSessionSettings): Promise<OrtSession> {
    const load = this.#lastLoad.then(() =>
      loadOrtSession(this.threads, this.#environment, path, settings),
    );
    // The next load waits for this one, however it ends.
    this.#lastLoad = load.catch(() => undefined);
    return load;
  }
}
