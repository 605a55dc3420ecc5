import assert from "node:assert/strict";
import { test } from "node:test";
import { compileServerOptions } from "../config/server-options.ts";
import { SERVER_EXTENSIONS } from "../engine/server-extensions.ts";
import {
  formatBackends,
  formatModels,
  formatRepositoryAgents,
  formatServerOptions,
} from "./startup-tables.ts";

// The table of tritonserver 2.51.0, but for its version and for the compute capability of a build with CUDA.
test("the options are shown as the real server shows them", () => {
  const options = compileServerOptions({ modelRepositories: ["/models"], log: { tableWidth: 80 } });
  assert.equal(
    formatServerOptions(options, SERVER_EXTENSIONS),
    `\
+----------------------------------+------------------------------------------+
| Option                           | Value                                    |
+----------------------------------+------------------------------------------+
| server_id                        | triton                                   |
| server_version                   | 2.73.0                                   |
| server_extensions                | classification sequence model_repository |
|                                  |  model_repository(unload_dependents) sch |
|                                  | edule_policy model_configuration system_ |
|                                  | shared_memory cuda_shared_memory binary_ |
|                                  | tensor_data parameters statistics trace  |
|                                  | logging                                  |
| model_repository_path[0]         | /models                                  |
| model_control_mode               | MODE_NONE                                |
| strict_model_config              | 0                                        |
| model_config_name                |                                          |
| rate_limit                       | OFF                                      |
| pinned_memory_pool_byte_size     | 268435456                                |
| min_supported_compute_capability | 6.0                                      |
| strict_readiness                 | 1                                        |
| exit_timeout                     | 30                                       |
| cache_enabled                    | 0                                        |
+----------------------------------+------------------------------------------+
`,
  );
});

test("options that are not at their defaults are shown with their values", () => {
  const options = compileServerOptions({
    id: "name",
    modelRepositories: ["b", "a"],
    modelControlMode: "explicit",
    startupModels: ["y", "x"],
    autoCompleteConfig: false,
    modelConfigName: "h100",
    strictReadiness: false,
    exitTimeoutSecs: 5,
  });
  const rows = formatServerOptions(options, ["one", "two"])
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.replace(/ +/g, " "));
  for (const row of [
    "| server_id | name |",
    "| server_extensions | one two |",
    "| model_repository_path[0] | a |",
    "| model_repository_path[1] | b |",
    "| model_control_mode | MODE_EXPLICIT |",
    "| startup_models_0 | x |",
    "| startup_models_1 | y |",
    "| strict_model_config | 1 |",
    "| model_config_name | h100 |",
    "| strict_readiness | 0 |",
    "| exit_timeout | 5 |",
  ]) {
    assert.ok(rows.includes(row), row);
  }
});

test("agents, backends and models have a table each", () => {
  assert.match(
    formatRepositoryAgents([{ name: "checksum", path: "/a" }], 500),
    /^\| checksum +\| \/a +\|$/m,
  );
  assert.match(
    formatBackends([{ name: "onnxruntime", path: "/lib.so", config: '{"cmdline":{}}' }], 500),
    /^\| Backend +\| Path +\| Config +\|\n.*\n\| onnxruntime \| \/lib\.so \| \{"cmdline":\{\}\} \|$/m,
  );
  assert.match(
    formatModels(
      [
        { name: "a", version: 12n, status: "READY" },
        { name: "b", version: null, status: "Not loaded: No model version was found" },
      ],
      500,
    ),
    /^\| a +\| 12 +\| READY +\|\n\| b +\| - +\| Not loaded: No model version was found \|$/m,
  );
});
