import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileServerOptions, type HttpOptions } from "../../../config/server-options.ts";
import { InferenceServer } from "../../../engine/inference-server.ts";
import { startHttpService } from "../start-http-service.ts";

const TURN_COUNT_MAX = 2_000;
const TURN_MS = 5;

const MODELS: Readonly<Record<string, string>> = {
  repeat: `backend: "repeat" model_transaction_policy { decoupled: true }
    input [ { name: "IN" data_type: TYPE_INT32 dims: -1 }, { name: "DELAY" data_type: TYPE_UINT32 dims: -1 },
      { name: "WAIT" data_type: TYPE_UINT32 dims: 1 } ]
    output [ { name: "OUT" data_type: TYPE_INT32 dims: 1 }, { name: "IDX" data_type: TYPE_UINT32 dims: 1 } ]`,
  square: `backend: "square" model_transaction_policy { decoupled: true }
    input { name: "IN" data_type: TYPE_INT32 dims: 1 } output { name: "OUT" data_type: TYPE_INT32 dims: 1 }`,
  failing: `backend: "square" model_transaction_policy { decoupled: true }
    input { name: "IN" data_type: TYPE_INT32 dims: 1 } output { name: "OUT" data_type: TYPE_INT32 dims: 1 }
    parameters { key: "CUSTOM_FAIL_COUNT" value { string_value: "1" } }`,
  slow: `backend: "square" model_transaction_policy { decoupled: true }
    input { name: "IN" data_type: TYPE_INT32 dims: 1 } output { name: "OUT" data_type: TYPE_INT32 dims: 1 }
    parameters { key: "CUSTOM_INFER_DELAY_NS" value { string_value: "20000000" } }`,
  identity: `backend: "identity"
    input { name: "INPUT0" data_type: TYPE_STRING dims: -1 } output { name: "OUTPUT0" data_type: TYPE_STRING dims: -1 }`,
};

/** A server over HTTP with the built-in test backends' models: `repeat`, `square`, `failing` (the last answer), `slow` (a square model, 20 ms an answer) and `identity`. */
export class DecoupledServer implements AsyncDisposable {
  readonly engine: InferenceServer;
  readonly port: number;
  readonly #directory: string;
  readonly #stop: () => Promise<void>;
  readonly #sockets: Socket[] = [];

  private constructor(
    engine: InferenceServer,
    port: number,
    directory: string,
    stop: () => Promise<void>,
  ) {
    this.engine = engine;
    this.port = port;
    this.#directory = directory;
    this.#stop = stop;
  }

  static async start(options: Partial<HttpOptions> = {}): Promise<DecoupledServer> {
    const directory = mkdtempSync(join(tmpdir(), "nereid-decoupled-"));
    for (const [name, config] of Object.entries(MODELS)) {
      mkdirSync(join(directory, name, "1"), { recursive: true });
      writeFileSync(join(directory, name, "config.pbtxt"), config);
    }
    const engine = await InferenceServer.start({ modelRepositories: [directory] });
    const { http } = compileServerOptions({
      modelRepositories: [directory],
      http: { address: "127.0.0.1", port: 0, ...options },
    });
    const service = await startHttpService(engine, http);
    return new DecoupledServer(engine, service.port, directory, async () => {
      await service.close();
      await engine.stop();
    });
  }

  /** Status, content type and body of the answer to a POST. */
  async post(
    path: string,
    body: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<readonly [status: number, type: string | null, body: string]> {
    const url = `http://127.0.0.1:${this.port}/v2/models/${path}`;
    const response = await fetch(url, { method: "POST", body, headers });
    return [response.status, response.headers.get("content-type"), await response.text()];
  }

  /** Sends a POST on a connection of its own, which reads nothing until it is told to. */
  connectAndPost(path: string, body: string): Socket {
    const socket = connect(this.port, "127.0.0.1");
    this.#sockets.push(socket);
    socket.on("error", () => {
      // The test closes it as it likes.
    });
    socket.pause();
    socket.write(
      `POST /v2/models/${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await this.#stop();
    rmSync(this.#directory, { recursive: true });
  }
}

/** Waits, for a bounded time, until something is so. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < TURN_COUNT_MAX; turn++) {
    if (condition()) {
      return;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, TURN_MS);
    });
  }
  throw new Error(`it never came to this: ${what}`);
}
