import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ModelSource, writeModels } from "./model-repository.ts";
import { type ClientRun, runClient } from "./official-clients.ts";
import { type ServerCommand, ServerProcess } from "./server-process.ts";

/** What the python_backend repository's examples need: files and packages that are no part of the project. */
export interface PythonExampleTools {
  /** A Python that has tritonclient[http,grpc] and requests (TRITON_CLIENT_PYTHON). */
  readonly clientPython: string;
  /** The repository's folder `examples` (PYTHON_BACKEND_EXAMPLES). */
  readonly examples: string;
  /** The interpreter that runs the models (NEREID_PYTHON); the server's own choice if undefined. */
  readonly python: string | undefined;
}

/** A model of the examples: its folder's name in a repository, its model.py and its configuration. */
type ExampleModel = readonly [name: string, source: string, config: string | null];

const MODELS: readonly ExampleModel[] = [
  ["add_sub", "add_sub/model.py", "add_sub/config.pbtxt"],
  ["nobatch_auto_complete", "auto_complete/nobatch_model.py", null],
  ["batch_auto_complete", "auto_complete/batch_model.py", null],
  ["bls_sync", "bls/sync_model.py", "bls/sync_config.pbtxt"],
  ["bls_async", "bls/async_model.py", "bls/async_config.pbtxt"],
  ["bls_decoupled_sync", "bls_decoupled/sync_model.py", "bls_decoupled/sync_config.pbtxt"],
  ["bls_decoupled_async", "bls_decoupled/async_model.py", "bls_decoupled/async_config.pbtxt"],
  ["custom_metrics", "custom_metrics/model.py", "custom_metrics/config.pbtxt"],
  ["square_int32", "decoupled/square_model.py", "decoupled/square_config.pbtxt"],
  ["repeat_int32", "decoupled/repeat_model.py", "decoupled/repeat_config.pbtxt"],
  ["pytorch", "pytorch/model.py", "pytorch/config.pbtxt"],
  ["jax", "jax/model.py", "jax/config.pbtxt"],
];

/** What each client prints when it is content. */
const CLIENTS: readonly (readonly [client: string, says: string])[] = [
  ["add_sub/client.py", "PASS: add_sub"],
  ["auto_complete/client.py", "PASS: auto_complete"],
  ["bls/sync_client.py", "PASS: BLS Sync"],
  ["bls/async_client.py", "PASS: BLS Async"],
  ["bls_decoupled/sync_client.py", "PASS: BLS Decoupled Sync"],
  ["bls_decoupled/async_client.py", "PASS: BLS Decoupled Async"],
  ["custom_metrics/client.py", "PASS: custom_metrics"],
  ["decoupled/square_client.py", "PASS: square_int32"],
  ["decoupled/repeat_client.py", "PASS: repeat_int32"],
  ["pytorch/client.py", "PASS: pytorch"],
  ["jax/client.py", "PASS: jax"],
];

/** What two of the examples use of libraries of hundreds of megabytes, beside their model.py: that is as it was. */
const STAND_INS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pytorch: {
    "1/torch/__init__.py": "from . import nn\n",
    "1/torch/nn.py": [
      "class Module:",
      "    def __call__(self, *tensors):",
      "        return self.forward(*tensors)",
      "",
    ].join("\n"),
  },
  jax: {
    "1/jax/__init__.py": "",
    "1/jax/numpy.py": "from numpy import add, subtract\n",
  },
};

/**
 * The tools that the environment names.
 *
 * @throws {Error} that says which variable is missing, or names something that does not exist
 */
export function pythonExampleTools(
  environment: Readonly<Record<string, string | undefined>>,
): PythonExampleTools {
  const given = (name: string): string => {
    const value = environment[name] ?? "";
    if (!existsSync(value)) {
      throw new Error(
        `--python-examples needs ${name}${value === "" ? "" : ` (${value} does not exist)`}; ` +
          "packages/conformance/README.md says what it is",
      );
    }
    return value;
  };
  return {
    clientPython: given("TRITON_CLIENT_PYTHON"),
    examples: given("PYTHON_BACKEND_EXAMPLES"),
    python: environment["NEREID_PYTHON"],
  };
}

/** Serves the examples' models as they are, and runs their clients with nothing changed but the ports they ask. */
export async function runPythonExamples(
  tools: PythonExampleTools,
  command: ServerCommand,
): Promise<readonly ClientRun[]> {
  const directory = mkdtempSync(join(tmpdir(), "nereid-python-examples-"));
  try {
    const repository = join(directory, "models");
    writeModels(repository, exampleModels(tools.examples));
    const server = await ServerProcess.start(command, [
      `--model-repository=${repository}`,
      "--grpc-address=127.0.0.1",
      "--grpc-port=<grpc-port>",
      "--http-address=127.0.0.1",
      "--http-port=<http-port>",
      "--metrics-port=<metrics-port>",
      ...(tools.python === undefined ? [] : [`--backend-config=python,python=${tools.python}`]),
    ]);
    try {
      await server.untilAnswering();
      const runs: ClientRun[] = [];
      for (const [client, says] of CLIENTS) {
        const path = join(directory, "client.py");
        writeFileSync(path, clientFor(server, readFileSync(join(tools.examples, client), "utf8")));
        const { isPassed, output } = await runClient(tools.clientPython, [path]);
        runs.push({ name: client, isPassed: isPassed && output.includes(says), output });
      }
      return runs;
    } finally {
      await server.stop("SIGKILL");
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function exampleModels(examples: string): readonly ModelSource[] {
  const read = (file: string): string => readFileSync(join(examples, file), "utf8");
  return MODELS.map(([name, source, config]) => ({
    name,
    files: {
      ...STAND_INS[name],
      "1/model.py": read(source),
      ...(config === null ? {} : { "config.pbtxt": read(config) }),
    },
  }));
}

function clientFor(server: ServerProcess, text: string): string {
  return text
    .replaceAll("localhost:8000", `127.0.0.1:${server.httpPort}`)
    .replaceAll("localhost:8001", `127.0.0.1:${server.grpcPort}`)
    .replaceAll("localhost:8002", `127.0.0.1:${server.metricsPort}`);
}
