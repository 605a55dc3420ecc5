/**
 * A closed-loop HTTP/1.1 load generator: each connection sends its next request when the last answer is complete.
 *
 *   node load-generator.ts --url http://127.0.0.1:8000/v2/models/m/infer --concurrency 16 --duration 5 \
 *     --body-file request.bin --header "Inference-Header-Content-Length: 150"
 *
 * Sends GET without a body file and POST with one, unless --method says otherwise. Ends after --duration seconds or
 * after --count requests, whichever is given; --warmup seconds before that are not counted, and when they are over it prints
 * a line `counting`. With --sequence-length each
 * connection sends sequences of so many requests, and ends its last one. Prints one line of JSON:
 * `{"count","errors","statuses","seconds","requestsPerSecond","bytesIn","latencyUs":{"mean","p50","p90","p95","p99","p999","max"}}`.
 * An error is an answer other than 2xx, a broken connection or an unreadable answer; a broken connection is replaced.
 */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { ResponseReader } from "./response-reader.ts";
import { SequenceBody } from "./sequence-body.ts";

const READ_BUFFER_SIZE = 256 * 1024;
/** Bodies up to here are sent in one piece with their head. */
const SMALL_BODY_SIZE_MAX = 65536;
/** Broken connections in a row, without one answer in between, after which the run is given up. */
const FAILURES_IN_A_ROW_MAX = 1000;

interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly requestParts: readonly Uint8Array[];
  readonly isHead: boolean;
  readonly concurrency: number;
  readonly durationMs: number;
  readonly countMax: number;
  readonly warmupMs: number;
  /** 0: the same request every time. */
  readonly sequenceLength: number;
}

/** What one run counted. Latencies are microseconds from the first byte written to the last byte read. */
class Tally {
  count = 0;
  errors = 0;
  bytesIn = 0;
  failuresInARow = 0;
  isCounting = false;
  readonly statuses = new Map<number, number>();
  readonly latenciesUs: number[] = [];

  answered(status: number, latencyUs: number): void {
    this.failuresInARow = 0;
    if (!this.isCounting) {
      return;
    }
    this.count++;
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status < 200 || status > 299) {
      this.errors++;
    }
    this.latenciesUs.push(latencyUs);
  }

  failed(): void {
    this.failuresInARow++;
    if (this.isCounting) {
      this.errors++;
    }
  }
}

function loadOptionsFromArguments(): LoadOptions {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      method: { type: "string" },
      concurrency: { type: "string", default: "1" },
      duration: { type: "string" },
      count: { type: "string" },
      warmup: { type: "string", default: "0" },
      "sequence-length": { type: "string", default: "0" },
      "body-file": { type: "string" },
      header: { type: "string", multiple: true, default: [] },
    },
  });
  if (values.url === undefined) {
    throw new Error("--url is required");
  }
  if ((values.duration === undefined) === (values.count === undefined)) {
    throw new Error("exactly one of --duration and --count is required");
  }
  const url = new URL(values.url);
  const bodyFile = values["body-file"];
  const body = bodyFile === undefined ? null : readFileSync(bodyFile);
  const method = values.method ?? (body === null ? "GET" : "POST");
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`];
  lines.push(...values.header);
  if (body !== null) {
    lines.push(`Content-Length: ${body.byteLength}`);
  }
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  const isSmall = body === null || body.byteLength <= SMALL_BODY_SIZE_MAX;
  const requestParts = isSmall
    ? [Buffer.concat([head, body ?? head.subarray(0, 0)])]
    : [head, body];
  return {
    host: url.hostname,
    port: Number(url.port === "" ? "80" : url.port),
    requestParts,
    isHead: method === "HEAD",
    concurrency: Number(values.concurrency),
    durationMs: values.duration === undefined ? Number.POSITIVE_INFINITY : +values.duration * 1000,
    countMax: values.count === undefined ? Number.POSITIVE_INFINITY : Number(values.count),
    warmupMs: Number(values.warmup) * 1000,
    sequenceLength: Number(values["sequence-length"]),
  };
}

/** Says whether one more request is to be sent, and counts it. */
type Admission = () => boolean;

/** Keeps one connection busy while requests are admitted, replacing it when it breaks. */
class LoadConnection {
  readonly done: Promise<void>;
  readonly #options: LoadOptions;
  readonly #tally: Tally;
  readonly #admit: Admission;
  readonly #requestParts: readonly Uint8Array[];
  readonly #sequence: SequenceBody | null;
  readonly #reader: ResponseReader;
  readonly #readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_SIZE);
  #socket: Socket;
  #startUs = 0;
  #isWaiting = false;
  #isConnected = false;
  #isDone = false;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(options: LoadOptions, tally: Tally, admit: Admission) {
    this.#options = options;
    this.#tally = tally;
    this.#admit = admit;
    const { requestParts, sequenceLength } = options;
    // Each connection writes over its own.
    const own = Buffer.concat(requestParts);
    this.#requestParts = sequenceLength > 0 ? [own] : requestParts;
    this.#sequence = sequenceLength > 0 ? new SequenceBody(own, sequenceLength) : null;
    this.#reader = new ResponseReader(options.isHead);
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#socket = this.#open();
  }

  #open(): Socket {
    this.#reader.reset();
    this.#isConnected = false;
    const socket = connect({
      host: this.#options.host,
      port: this.#options.port,
      noDelay: true,
      onread: { buffer: this.#readBuffer, callback: (size) => this.#onRead(size) },
    });
    socket.on("connect", () => {
      this.#isConnected = true;
      this.#sendOrStop();
    });
    // What went wrong is counted when the connection closes.
    socket.on("error", () => {});
    socket.on("close", () => this.#onClose());
    return socket;
  }

  #onClose(): void {
    if (this.#isDone) {
      this.#resolve();
      return;
    }
    if (this.#isWaiting || !this.#isConnected) {
      this.#isWaiting = false;
      this.#tally.failed();
    }
    if (this.#tally.failuresInARow > FAILURES_IN_A_ROW_MAX) {
      this.#reject(new Error("the server does not answer"));
      return;
    }
    setImmediate(() => {
      this.#socket = this.#open();
    });
  }

  #sendOrStop(): void {
    const socket = this.#socket;
    if (this.#sequence?.isAtStart !== false && !this.#admit()) {
      this.#isDone = true;
      socket.destroy();
      return;
    }
    this.#sequence?.advance();
    this.#startUs = performance.now() * 1000;
    this.#isWaiting = true;
    socket.cork();
    for (const part of this.#requestParts) {
      socket.write(part);
    }
    socket.uncork();
  }

  #onRead(size: number): boolean {
    if (this.#tally.isCounting) {
      this.#tally.bytesIn += size;
    }
    const status = this.#reader.read(this.#readBuffer, size);
    if (status > 0 && this.#isWaiting) {
      this.#isWaiting = false;
      this.#tally.answered(status, performance.now() * 1000 - this.#startUs);
      if (this.#reader.mustClose) {
        this.#socket.destroy();
      } else {
        this.#sendOrStop();
      }
    } else if (status !== 0) {
      this.#socket.destroy();
    }
    return true;
  }
}

function percentile(sorted: readonly number[], fraction: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0);
}

function report(tally: Tally, seconds: number): string {
  const sorted = tally.latenciesUs.sort((left, right) => left - right);
  const sum = sorted.reduce((total, latency) => total + latency, 0);
  return JSON.stringify({
    count: tally.count,
    errors: tally.errors,
    statuses: Object.fromEntries(tally.statuses),
    seconds: Number(seconds.toFixed(3)),
    requestsPerSecond: Math.round(tally.count / seconds),
    bytesIn: tally.bytesIn,
    latencyUs: {
      mean: sorted.length === 0 ? 0 : Math.round(sum / sorted.length),
      p50: percentile(sorted, 0.5),
      p90: percentile(sorted, 0.9),
      p95: percentile(sorted, 0.95),
      p99: percentile(sorted, 0.99),
      p999: percentile(sorted, 0.999),
      max: percentile(sorted, 1),
    },
  });
}

async function main(): Promise<void> {
  const options = loadOptionsFromArguments();
  const tally = new Tally();
  let sentCount = 0;
  let startMs = performance.now();
  let isTimeUp = false;
  const begin = (): void => {
    tally.isCounting = true;
    startMs = performance.now();
    if (options.durationMs !== Number.POSITIVE_INFINITY) {
      setTimeout(() => {
        isTimeUp = true;
      }, options.durationMs);
    }
  };
  if (options.warmupMs > 0) {
    setTimeout(() => {
      process.stdout.write("counting\n");
      begin();
    }, options.warmupMs);
  } else {
    begin();
  }
  const admit = (): boolean => {
    if (tally.isCounting) {
      sentCount++;
    }
    return !isTimeUp && sentCount <= options.countMax;
  };
  const connections: Promise<void>[] = [];
  for (let index = 0; index < options.concurrency; index++) {
    connections.push(new LoadConnection(options, tally, admit).done);
  }
  await Promise.all(connections);
  process.stdout.write(`${report(tally, (performance.now() - startMs) / 1000)}\n`);
}

await main();
