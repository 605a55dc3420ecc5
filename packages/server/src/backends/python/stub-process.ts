import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import { SocketPair } from "../../ffi/socket-pair/socket-pair.ts";
import type { Tensor } from "../../model/tensor.ts";
import { ArenaReader } from "./arena-reader.ts";
import { ArenaWriter } from "./arena-writer.ts";
import { statusCode } from "./decode-outcomes.ts";
import { FrameCursor } from "./decode-tensors.ts";
import { encodeExecute, type WireRequest } from "./encode-execute.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import { FrameWriter } from "./frame-writer.ts";
import { decodeJsonFrame, decodePayload, encodeJsonFrame, type JsonObject } from "./json-frame.ts";
import { FAILED, type FrameHead, FrameKind, HEAD_BYTES, readHead } from "./wire.ts";
import { WireError } from "./wire-error.ts";

/**
 * Tensors of at most this many bytes travel in the message: a copy through the socket is cheaper than a block up to about
 * 16 KiB (4 KB: 0.3 ms of both processes' time against 0.4), and much dearer beyond (120 KB: 1.5 against 0.6).
 */
export const INLINE_BYTES_MAX: number = 16 << 10;

/** Answers to calls that may wait for a stub that does not read; beyond it the stub is taken for broken. */
const REPLY_BACKLOG_BYTES_MAX: number = 256 << 20;

/** The program that stubs run. */
const STUB_MAIN = join(import.meta.dirname, "../../../python/nereid_stub/__main__.py");

/** How a stub is started. */
export interface StubCommand {
  /** The interpreter. */
  readonly python: string;
  /** Put before the loader's search path; null to leave it. */
  readonly libraryPath: string | null;
  /** Set in the stub's environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What a stub is made with. */
export interface StubProcessOptions {
  readonly command: StubCommand;
  readonly memoryName: string;
  readonly arenaBytesMax: number;
  readonly idleArenaBytesMax: number;
}

/** Told what a stub says. The cursors' frames stay as they are. */
export interface StubListener {
  onExecuteDone(head: FrameHead, cursor: FrameCursor): void;
  onResponse(head: FrameHead, cursor: FrameCursor): void;
  onCall(id: number, payload: JsonObject, tensors: readonly Tensor[]): void;
  onNotify(payload: JsonObject): void;
  /** Once: the process has ended or is being ended. Nothing else comes after it. */
  onDeath(reason: string): void;
}

interface PendingResult {
  readonly resolve: (payload: JsonObject) => void;
  readonly reject: (error: TritonError) => void;
}

/**
 * A stub's process with its sockets and arenas. It lives until it has answered `finalize`, until it dies by itself, or until
 * `kill`; the listener hears of the end exactly once.
 */
export class StubProcess {
  readonly arena: ArenaWriter;
  readonly outputs: ArenaReader;
  readonly #listener: StubListener;
  readonly #commands: SocketPair;
  readonly #replies: SocketPair;
  readonly #writer: FrameWriter;
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, PendingResult>();
  readonly #exited: Promise<void>;
  #lastId = 0;
  #isDead = false;
  #deathReason: string | null = null;

  /** Starts a process. Whether it comes up shows in the answer to its first command. */
  constructor(options: StubProcessOptions, listener: StubListener) {
    this.#listener = listener;
    const { arenaBytesMax, idleArenaBytesMax, memoryName, command } = options;
    this.arena = new ArenaWriter(memoryName, {
      bytesMax: arenaBytesMax,
      idleBytesMax: idleArenaBytesMax,
    });
    this.outputs = new ArenaReader(memoryName, arenaBytesMax);
    this.#writer = new FrameWriter(this.arena, INLINE_BYTES_MAX);
    const splitter = new FrameSplitter((frame, isKept) => {
      this.#onFrame(isKept ? frame : Buffer.from(frame));
    });
    this.#commands = new SocketPair({
      onData: (bytes) => {
        this.#guard(() => splitter.push(bytes));
      },
      onEnd: () => {
        this.#die("it closed its connection");
      },
    });
    this.#replies = new SocketPair({ onData() {}, onEnd() {} });
    this.#process = this.#spawn(command);
    this.#commands.releasePeer();
    this.#replies.releasePeer();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#exited = promise;
    this.#process.on("error", (error) => {
      this.#die(error.message);
      resolve();
    });
    this.#process.on("exit", (code, signal) => {
      this.#die(signal === null ? `it exited with status ${code}` : `it was ended by ${signal}`);
      resolve();
    });
  }

  get isAlive(): boolean {
    return !this.#isDead;
  }

  /** Why it has ended; null while it lives, and if it was retired. */
  get deathReason(): string | null {
    return this.#deathReason;
  }

  /** null if it could not be started. */
  get processId(): number | null {
    return this.#process.pid ?? null;
  }

  /** Resolves when the process has ended. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /**
   * Sends a command and resolves with its result.
   *
   * @throws {TritonError} the stub's error, or Internal if it died
   */
  command(kind: number, payload: JsonObject | null): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      if (this.#isDead) {
        reject(new TritonError(StatusCode.Internal, "the stub process has ended"));
        return;
      }
      const id = this.#nextId();
      this.#pending.set(id, { resolve, reject });
      const socket = kind === FrameKind.IsReady ? this.#replies : this.#commands;
      socket.write(encodeJsonFrame(this.#writer, { kind, flags: 0, id }, payload, []));
    });
  }

  /**
   * Has a batch executed.
   *
   * @param isAhead whether it waits for another one: then it is left out if its requests are all cancelled meanwhile
   * @returns the id that its answer will have
   * @throws {TritonError} Internal if shared memory is exhausted; nothing has been sent then
   */
  execute(requests: readonly WireRequest[], isAhead: boolean): number {
    assert(!this.#isDead, "a living stub executes");
    const id = this.#nextId();
    this.#commands.write(encodeExecute(this.#writer, id, requests, isAhead));
    return id;
  }

  /**
   * Answers a call.
   *
   * @param flags FINAL for the last answer
   * @throws {TritonError} Internal if shared memory is exhausted; nothing has been sent then
   */
  reply(id: number, flags: number, payload: JsonObject, tensors: readonly Tensor[]): void {
    if (this.#isDead) {
      return;
    }
    const head = { kind: FrameKind.Reply, flags, id };
    this.#replies.write(encodeJsonFrame(this.#writer, head, payload, tensors));
    if (this.#replies.waitingByteCount > REPLY_BACKLOG_BYTES_MAX) {
      this.kill("it does not read the answers to its calls");
    }
  }

  /** Ends the process at once. The listener hears `reason` unless it has heard of an end before. */
  kill(reason: string): void {
    this.#die(reason);
    this.#process.kill("SIGKILL");
  }

  /** From now on the end of the process is no death that anybody is told of. Its memory goes when it has ended. */
  retire(): void {
    this.#isDead = true;
    this.#releaseAll();
    void this.#exited.then(() => {
      this.#commands.close();
      this.#replies.close();
    });
  }

  #spawn({ python, libraryPath, environment }: StubCommand): ChildProcess {
    const stubArguments = ["-u", STUB_MAIN, JSON.stringify(environment)];
    const stdio = [
      "ignore",
      "inherit",
      "inherit",
      this.#commands.peerDescriptor,
      this.#replies.peerDescriptor,
      this.arena.descriptor,
      this.outputs.descriptor,
    ] as const;
    if (libraryPath === null) {
      return spawn(python, stubArguments, { stdio: [...stdio] });
    }
    // The loader reads its path before the program runs. The shell becomes the interpreter: the process stays the same.
    const script =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      'export LD_LIBRARY_PATH="$1${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"; shift; exec "$@"';
    return spawn("/bin/sh", ["-c", script, "sh", libraryPath, python, ...stubArguments], {
      stdio: [...stdio],
    });
  }

  #nextId(): number {
    this.#lastId = (this.#lastId % 0xffff_ffff) + 1;
    return this.#lastId;
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof WireError)) {
        throw error;
      }
      this.kill(`it sent ${error.message}`);
    }
  }

  #onFrame(frame: Buffer): void {
    if (this.#isDead) {
      return;
    }
    const head = readHead(frame);
    switch (head.kind) {
      case FrameKind.ExecuteDone:
        this.#listener.onExecuteDone(head, this.#cursor(frame));
        return;
      case FrameKind.Response:
        this.#listener.onResponse(head, this.#cursor(frame));
        return;
      case FrameKind.Result:
        this.#onResult(head.id, frame);
        return;
      case FrameKind.Call: {
        const { payload, tensors } = decodeJsonFrame(frame, this.outputs);
        this.#listener.onCall(head.id, payload, tensors);
        return;
      }
      case FrameKind.Notify:
        this.#listener.onNotify(decodePayload(frame, this.outputs));
        return;
      default:
        throw new WireError(`a frame of kind ${head.kind}`);
    }
  }

  #cursor(frame: Buffer): FrameCursor {
    return new FrameCursor(frame, HEAD_BYTES, this.outputs);
  }

  #onResult(id: number, frame: Buffer): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      throw new WireError("a result that nobody waits for");
    }
    const payload = decodePayload(frame, this.outputs);
    this.#pending.delete(id);
    const error = errorOf(payload);
    if (error === null) {
      pending.resolve(payload);
    } else {
      pending.reject(error);
    }
  }

  #die(reason: string): void {
    if (this.#isDead) {
      return;
    }
    this.#isDead = true;
    this.#deathReason = reason;
    this.#process.kill("SIGKILL");
    this.#commands.close();
    this.#replies.close();
    this.#releaseAll();
    const error = new TritonError(StatusCode.Internal, `the stub process has ended: ${reason}`);
    for (const { reject } of this.#pending.values()) {
      reject(error);
    }
    this.#pending.clear();
    this.#listener.onDeath(reason);
  }

  #releaseAll(): void {
    this.arena.close();
    this.outputs.close();
  }
}

/** The error in an answer, or null if it is none. */
function errorOf({ error }: JsonObject): TritonError | null {
  if (typeof error !== "object" || error === null) {
    return null;
  }
  const code = "code" in error && typeof error.code === "number" ? error.code : -1;
  const message = "message" in error ? String(error.message) : "";
  return new TritonError(statusCode(code), message);
}

/** The text of a batch that failed as a whole; null if it did not. */
export function failureText(head: FrameHead, cursor: FrameCursor): string | null {
  return (head.flags & FAILED) === 0 ? null : cursor.text(head.textByteSize);
}
