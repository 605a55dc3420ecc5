/**
 * A closed-loop generator of gRPC calls over node:http2, for messages of any size and for streams.
 *
 *   node grpc-load-generator.ts --port 8001 --message-file request.bin --kind unary --connections 4 --in-flight 4 --seconds 5
 *   node grpc-load-generator.ts --port 8001 --message-file request.bin --kind stream --connections 1 --in-flight 16 --count 1000
 *
 * `unary` makes ModelInfer calls, `stream` sends messages on one ModelStreamInfer call a connection; so many are under way at
 * a time on each connection. Prints one line of JSON: `{"count","errors","seconds","requestsPerSecond","latencyUs":{"p50","p99"}}`,
 * and `firstError` if there was one. An error is a call that ends with another status than 0, or without an answer.
 */
import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http2";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { parseArgs } from "node:util";

const PREFIX_SIZE = 5;
const SERVICE = "/inference.GRPCInferenceService";
const WINDOW_SIZE = 2 ** 31 - 1;

type Kind = "unary" | "stream";

interface Plan {
  readonly message: Buffer;
  readonly inFlight: number;
  readonly endMs: number;
  readonly countMax: number;
}

class Tally {
  started = 0;
  errors = 0;
  /** What the first error was. */
  firstError: string | undefined;
  readonly latenciesUs: number[] = [];

  failed(reason: string, count = 1): void {
    this.errors += count;
    this.firstError ??= reason;
  }

  /** Whether one more request may begin; counts it. */
  begin(plan: Plan): boolean {
    if (performance.now() >= plan.endMs || this.started >= plan.countMax) {
      return false;
    }
    this.started++;
    return true;
  }
}

/** Counts the messages in a stream of bytes, whatever the pieces in which they come. */
class MessageCounter {
  #need = 0;
  readonly #prefix = Buffer.alloc(PREFIX_SIZE);
  #prefixSize = 0;

  /** Messages that are complete with these bytes. */
  take(bytes: Buffer): number {
    let position = 0;
    let count = 0;
    while (position < bytes.byteLength) {
      if (this.#prefixSize < PREFIX_SIZE) {
        const size = Math.min(PREFIX_SIZE - this.#prefixSize, bytes.byteLength - position);
        bytes.copy(this.#prefix, this.#prefixSize, position, position + size);
        this.#prefixSize += size;
        position += size;
        if (this.#prefixSize === PREFIX_SIZE) {
          this.#need = this.#prefix.readUInt32BE(1);
        }
      }
      const size = Math.min(this.#need, bytes.byteLength - position);
      this.#need -= size;
      position += size;
      if (this.#prefixSize === PREFIX_SIZE && this.#need === 0) {
        this.#prefixSize = 0;
        count++;
      }
    }
    return count;
  }
}

function openCall(session: ClientHttp2Session, method: string): ClientHttp2Stream {
  return session.request({
    ":method": "POST",
    ":path": `${SERVICE}/${method}`,
    te: "trailers",
    "content-type": "application/grpc",
  });
}

/** One call: null if it was answered with a message and status 0, otherwise what happened. */
function callOnce(session: ClientHttp2Session, message: Buffer): Promise<string | null> {
  return new Promise((resolve) => {
    const call = openCall(session, "ModelInfer");
    const counter = new MessageCounter();
    let messages = 0;
    let status = "";
    call.on("data", (bytes: Buffer) => {
      messages += counter.take(bytes);
    });
    call.on("trailers", (trailers: IncomingHttpHeaders) => {
      status = String(trailers["grpc-status"]);
    });
    // What went wrong shows in the status that did not come.
    call.on("error", () => {});
    call.on("close", () => {
      const isAnswered = messages === 1 && status === "0";
      resolve(
        isAnswered ? null : `status ${status}, ${messages} messages, reset code ${call.rstCode}`,
      );
    });
    call.end(message);
  });
}

async function runCalls(session: ClientHttp2Session, plan: Plan, tally: Tally): Promise<void> {
  const lane = async (): Promise<void> => {
    while (tally.begin(plan)) {
      const startMs = performance.now();
      const failure = await callOnce(session, plan.message);
      if (failure !== null) {
        tally.failed(failure);
      }
      tally.latenciesUs.push((performance.now() - startMs) * 1000);
    }
  };
  await Promise.all(Array.from({ length: plan.inFlight }, lane));
}

function runStream(session: ClientHttp2Session, plan: Plan, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    const call = openCall(session, "ModelStreamInfer");
    const counter = new MessageCounter();
    const starts: number[] = [];
    const send = (): void => {
      if (tally.begin(plan)) {
        starts.push(performance.now());
        call.write(plan.message);
      } else if (starts.length === 0) {
        call.end();
      }
    };
    call.on("data", (bytes: Buffer) => {
      for (let count = counter.take(bytes); count > 0; count--) {
        const startMs = starts.shift();
        if (startMs !== undefined) {
          tally.latenciesUs.push((performance.now() - startMs) * 1000);
        }
        send();
      }
    });
    call.on("trailers", (trailers: IncomingHttpHeaders) => {
      const status = String(trailers["grpc-status"]);
      if (status !== "0") {
        tally.failed(`status ${status}: ${String(trailers["grpc-message"])}`);
      }
    });
    call.on("error", (error: Error) => {
      tally.failed(error.message);
    });
    call.on("close", () => {
      if (starts.length > 0) {
        tally.failed(`closed with reset code ${call.rstCode}`, starts.length);
      }
      resolve();
    });
    for (let index = 0; index < plan.inFlight; index++) {
      send();
    }
  });
}

function openSession(port: number): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`, {
      settings: { initialWindowSize: WINDOW_SIZE, enablePush: false },
    });
    session.once("error", reject);
    session.once("remoteSettings", () => {
      session.setLocalWindowSize(WINDOW_SIZE);
      resolve(session);
    });
  });
}

function percentile(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string" },
      "message-file": { type: "string" },
      kind: { type: "string", default: "unary" },
      connections: { type: "string", default: "1" },
      "in-flight": { type: "string", default: "1" },
      seconds: { type: "string" },
      count: { type: "string" },
    },
  });
  const file = values["message-file"];
  if (values.port === undefined || file === undefined) {
    throw new Error("--port and --message-file are required");
  }
  const kind: Kind = values.kind === "stream" ? "stream" : "unary";
  const body = readFileSync(file);
  const message = Buffer.alloc(PREFIX_SIZE + body.byteLength);
  message.writeUInt32BE(body.byteLength, 1);
  message.set(body, PREFIX_SIZE);
  const startMs = performance.now();
  const plan: Plan = {
    message,
    inFlight: Number(values["in-flight"]),
    endMs:
      values.seconds === undefined
        ? Number.POSITIVE_INFINITY
        : startMs + Number(values.seconds) * 1000,
    countMax: values.count === undefined ? Number.POSITIVE_INFINITY : Number(values.count),
  };
  const tally = new Tally();
  const connectionCount = Number(values.connections);
  await Promise.all(
    Array.from({ length: connectionCount }, async () => {
      const session = await openSession(Number(values.port));
      await (kind === "stream" ? runStream : runCalls)(session, plan, tally);
      session.close();
    }),
  );
  const seconds = (performance.now() - startMs) / 1000;
  const sorted = tally.latenciesUs.sort((left, right) => left - right);
  console.log(
    JSON.stringify({
      count: sorted.length,
      errors: tally.errors,
      firstError: tally.firstError,
      seconds,
      requestsPerSecond: Math.round(sorted.length / seconds),
      latencyUs: { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) },
    }),
  );
}

await main();
