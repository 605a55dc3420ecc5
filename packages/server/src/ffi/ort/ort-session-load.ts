import { StatusCode, TritonError } from "@nereid/protocol";
import { NativeBlock, NativeWords } from "../native-memory.ts";
import type { NativeCall } from "../native-thread/native-thread.ts";
import type { NativeThreadPool } from "../native-thread/native-thread-pool.ts";
import type { OrtEnvironment } from "./ort-environment.ts";
import { ortErrorFromStatus } from "./ort-error.ts";
import { OrtSession } from "./ort-session.ts";
import { OrtSessionOptions, type OrtSessionSettings } from "./ort-session-options.ts";

/**
 * Loads a model file on a native thread.
 *
 * From the path, not from bytes: external weight files lie beside it.
 *
 * @returns the session, which the caller closes with {@link releaseOrtSession}
 * @throws {TritonError} InvalidArg for a path that no file can have; Internal `onnx runtime error <code>: <message>`
 */
export function loadOrtSession(
  threads: NativeThreadPool,
  environment: OrtEnvironment,
  path: string,
  settings: OrtSessionSettings,
): Promise<OrtSession> {
  return new Promise((resolve, reject) => {
    threads.call(new SessionLoad(environment, path, settings, resolve, reject));
  });
}

/** Closes a session on a native thread: freeing the weights of a large model takes long. */
export function releaseOrtSession(threads: NativeThreadPool, session: OrtSession): Promise<void> {
  return new Promise((resolve, reject) => {
    threads.call(new SessionRelease(session, resolve, reject));
  });
}

/** Text as the C API takes paths: UTF-16 on Windows, UTF-8 elsewhere; NUL at its end. */
function pathBlock(path: string): NativeBlock {
  if (path.includes("\0")) {
    throw new TritonError(StatusCode.InvalidArg, "a model's path must not contain NUL");
  }
  const encoding = process.platform === "win32" ? "utf16le" : "utf8";
  const bytes = Buffer.from(`${path}\0`, encoding);
  const block = new NativeBlock(bytes.byteLength);
  block.bytes.set(bytes);
  return block;
}

class SessionLoad implements NativeCall {
  readonly functionAddress: bigint;
  readonly words: BigUint64Array;
  readonly #environment: OrtEnvironment;
  readonly #options: OrtSessionOptions;
  readonly #path: NativeBlock;
  readonly #session: NativeWords;
  readonly #resolve: (session: OrtSession) => void;
  readonly #reject: (error: TritonError) => void;

  constructor(
    environment: OrtEnvironment,
    path: string,
    settings: OrtSessionSettings,
    resolve: (session: OrtSession) => void,
    reject: (error: TritonError) => void,
  ) {
    const { library } = environment;
    this.#environment = environment;
    this.#path = pathBlock(path);
    this.#session = new NativeWords(1);
    this.#options = OrtSessionOptions.create(library, settings);
    this.#resolve = resolve;
    this.#reject = reject;
    this.functionAddress = library.functionAddress("CreateSession");
    this.words = BigUint64Array.of(
      environment.address,
      this.#path.address,
      this.#options.address,
      this.#session.address,
    );
  }

  onReturn(status: bigint): void {
    this.#options.close();
    if (status !== 0n) {
      this.#reject(ortErrorFromStatus(this.#environment.library.api, status));
      return;
    }
    this.#resolve(new OrtSession(this.#environment, this.#session.at(0)));
  }

  onLost(error: TritonError): void {
    this.#options.close();
    this.#reject(error);
  }
}

class SessionRelease implements NativeCall {
  readonly functionAddress: bigint;
  readonly words: BigUint64Array;
  readonly #resolve: () => void;
  readonly #reject: (error: TritonError) => void;

  constructor(session: OrtSession, resolve: () => void, reject: (error: TritonError) => void) {
    this.functionAddress = session.environment.library.functionAddress("ReleaseSession");
    this.words = BigUint64Array.of(session.detach());
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onReturn(): void {
    this.#resolve();
  }

  onLost(error: TritonError): void {
    this.#reject(error);
  }
}
