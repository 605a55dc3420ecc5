import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import type { CommandLineEnvironment } from "./parse-command-line.ts";
import { serve } from "./serve.ts";
import type { ServeHost } from "./serve-host.ts";
import type { Service, ServiceStarters, StartService } from "./service.ts";

const SIGINT = 2;
const SIGTERM = 15;

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, syscall: "listen" });
}

/** A process that keeps what is written to it and sends signals when told to. */
class FakeHost implements ServeHost {
  readonly processId = 77;
  readonly environment: CommandLineEnvironment = {};
  readonly terminalColumns = null;
  out = "";
  err = "";
  signal: (signal: number) => void = () => assert.fail("signals are not trapped yet");

  writeOut(text: string): void {
    this.out += text;
  }

  writeErr(text: string): void {
    this.err += text;
  }

  onSignal(callback: (signal: number) => void): void {
    this.signal = callback;
  }
}

/** Services that listen nowhere, and a list of what was done with them. */
class FakeServices implements ServiceStarters {
  readonly events: string[] = [];
  readonly startGrpc: StartService;
  readonly startHttp: StartService;
  readonly startMetrics: StartService;

  constructor(onStarted: () => void = () => {}) {
    this.startGrpc = () => this.#start("grpc", 9001, () => {});
    this.startHttp = () => this.#start("http", 9000, () => {});
    this.startMetrics = () => this.#start("metrics", 9002, onStarted);
  }

  #start(name: string, port: number, onStarted: () => void): Promise<Service> {
    this.events.push(`start ${name}`);
    setImmediate(onStarted);
    return Promise.resolve({
      port,
      connectionCount: () => 0,
      close: () => {
        this.events.push(`close ${name}`);
        return Promise.resolve();
      },
      destroy: () => {
        this.events.push(`destroy ${name}`);
      },
    });
  }
}

interface Run {
  readonly status: number;
  /** Log lines without their heads, and tables. */
  readonly log: string;
}

/** Serves an empty repository, with the log in a file. */
async function run(
  t: TestContext,
  host: FakeHost,
  starters: ServiceStarters,
  ...words: readonly string[]
): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), "serve-"));
  t.after(() => {
    rmSync(directory, { recursive: true });
  });
  const logFile = join(directory, "log");
  const flags = [
    `--model-repository=${directory}`,
    "--model-control-mode=explicit",
    `--log-file=${logFile}`,
  ];
  const status = await serve({
    program: "nereid-server",
    words: [...flags, ...words],
    host,
    starters,
  });
  const log = readFileSync(logFile, "utf8").replace(/^(.)\d{4} \S+ 77 \S+:\d+\] /gm, "$1 ");
  return { status, log };
}

test("a server starts, says so, and ends gracefully at the first signal", async (t) => {
  const host = new FakeHost();
  const services = new FakeServices(() => {
    host.signal(SIGTERM);
    host.signal(SIGINT);
  });
  const { status, log } = await run(t, host, services);
  assert.equal(status, 0);
  assert.equal(host.err, "");
  assert.equal(host.out, "Signal (15) received.\nSignal (2) received.\n");
  assert.deepEqual(services.events, [
    "start grpc",
    "start http",
    "start metrics",
    "close http",
    "close grpc",
    "close metrics",
    "destroy metrics",
  ]);
  const lines = log.split("\n").filter((line) => /^[IWE] "/.test(line));
  assert.match(lines[0] ?? "", /^I "Nereid \d+\.\d+\.\d+ \(compatible with Triton 2\.73\.0\)"$/);
  assert.deepEqual(lines.slice(1), [
    'I "Started GRPCInferenceService at 0.0.0.0:9001"',
    'I "Started HTTPService at 0.0.0.0:9000"',
    'I "Started Metrics Service at 0.0.0.0:9002"',
    'I "Waiting for in-flight requests to complete."',
    'I "Timeout 30: Found 0 model versions that have in-flight inferences"',
    'I "All models are stopped, unloading models"',
    'I "Timeout 30: Found 0 live models and 0 in-flight non-inference requests"',
  ]);
});

test("the log shows four tables, in Triton's order", async (t) => {
  const host = new FakeHost();
  const services = new FakeServices(() => {
    host.signal(SIGTERM);
  });
  const { log } = await run(t, host, services);
  const titles = [...log.matchAll(/^I \n\+[-+]+\n\| (.*?) *\|/gm)].map((match) => match[1]);
  assert.deepEqual(titles, ["Repository Agent", "Backend", "Model", "Option"]);
});

test("services that are not allowed are not started", async (t) => {
  const host = new FakeHost();
  const services = new FakeServices();
  const running = run(t, host, services, "--allow-http=0", "--allow-grpc=0", "--allow-metrics=0");
  host.onSignal = (callback) => {
    callback(SIGINT);
  };
  assert.equal((await running).status, 0);
  assert.deepEqual(services.events, []);
});

test("a port in use ends the server with Triton's words", async (t) => {
  const host = new FakeHost();
  const services = new FakeServices();
  const startHttp = (): Promise<Service> =>
    Promise.reject(systemError("EADDRINUSE", "listen EADDRINUSE"));
  const { startGrpc, startMetrics } = services;
  const starters = { startGrpc, startHttp, startMetrics };
  const { status, log } = await run(t, host, starters);
  assert.equal(status, 1);
  assert.match(
    log,
    /^E "failed to start HTTP service: Unavailable - Socket '0\.0\.0\.0:8000' already in use "$/m,
  );
  assert.deepEqual(services.events, ["start grpc"]);
});

test("other reasons not to listen are told as they are", async (t) => {
  const host = new FakeHost();
  const services = new FakeServices();
  const failing = (error: Error): ServiceStarters => ({
    startGrpc: services.startGrpc,
    startHttp: services.startHttp,
    startMetrics: () => Promise.reject(error),
  });
  const denied = systemError("EACCES", "listen EACCES: permission denied");
  assert.match(
    (await run(t, host, failing(denied))).log,
    /^E "failed to start Metrics service: Unavailable - Socket '0\.0\.0\.0:8002' cannot be opened: listen EACCES: permission denied"$/m,
  );
  const invalid = new TritonError(StatusCode.InvalidArg, "no pattern");
  assert.match(
    (await run(t, host, failing(invalid))).log,
    /^E "failed to start Metrics service: Invalid argument - no pattern"$/m,
  );
  assert.match(
    (await run(t, host, failing(new Error("a bug")))).log,
    /^E "failed to start Metrics service: Internal - a bug"$/m,
  );
});

test("a repository that is not there ends the server with the reason on stderr", async (t) => {
  const host = new FakeHost();
  const { status, log } = await run(
    t,
    host,
    new FakeServices(),
    "--model-repository=/does/not/exist",
  );
  assert.equal(status, 1);
  assert.match(host.err, /^error: creating server: [A-Z].* - .*\n$/);
  assert.match(log, /\| model_repository_path\[0\] +\| \/does\/not\/exist +\|/);
  assert.match(log, /^I "No server context available\. Exiting immediately\."$/m);
});

test("a start-up model that fails ends the server, unless exit-on-error is off", async (t) => {
  const host = new FakeHost();
  const failed = await run(t, host, new FakeServices(), "--load-model=none");
  assert.equal(failed.status, 1);
  assert.equal(host.err, "error: creating server: Internal - failed to load all models\n");
  assert.match(failed.log, /^I "All models are stopped, unloading models"$/m);
  const services = new FakeServices(() => {
    host.signal(SIGTERM);
  });
  const kept = await run(t, host, services, "--load-model=none", "--exit-on-error=0");
  assert.equal(kept.status, 0);
  assert.match(kept.log, /^E "Internal: failed to load all models"$/m);
});

test("a wrong command line is answered with the usage text and nothing else", async () => {
  const host = new FakeHost();
  const words = ["--bad"];
  const status = await serve({
    program: "nereid-server",
    words,
    host,
    starters: new FakeServices(),
  });
  assert.equal(status, 1);
  assert.ok(
    host.err.startsWith("nereid-server: unrecognized option '--bad'\nUsage: nereid-server "),
  );
  assert.equal(host.out, "");
});
