import type { Look } from "../look.ts";
import type { ModelSource } from "../model-repository.ts";
import { type Case, logged, type Suite, send, testCase } from "../suite.ts";
import { pythonModel } from "./python-models.ts";

const PATHS: Look = {
  masks: [
    [/\/[^\s"']+?\/models\//g, "<repository>/"],
    // Where in its own files a server raises is its own business.
    [/ {2}[^\s"]*triton_python_backend_utils\.py\(\d+\): \w+(?:\\n|\n)/g, ""],
    // What a Python version's own files say of where they are.
    [/ {2}<frozen importlib[^\n\\]*(?:\\n|\n)/g, ""],
  ],
};

const IMPORTS = ["import triton_python_backend_utils as pb_utils", ""];
const EXECUTE = ["    def execute(self, requests):", "        return [None for _ in requests]", ""];

function source(...lines: readonly string[]): string {
  return [...IMPORTS, ...lines, ...EXECUTE].join("\n");
}

/** A model whose auto_complete_config has these lines. */
function completing(...lines: readonly string[]): string {
  return source(
    "class TritonPythonModel:",
    "    @staticmethod",
    "    def auto_complete_config(config):",
    ...lines.map((line) => `        ${line}`),
  );
}

const COMPLETE = [
  `config.add_input({"name": "IN", "data_type": "TYPE_FP32", "dims": [4]})`,
  `config.add_output({"name": "OUT", "data_type": "TYPE_FP32", "dims": [4]})`,
  "config.set_max_batch_size(0)",
  "return config",
];

const IN = `input [ { name: "IN" data_type: TYPE_FP32 dims: [ 4 ] } ]`;
const OUT = `output [ { name: "OUT" data_type: TYPE_FP32 dims: [ 4 ] } ]`;
const CPU = "instance_group [ { kind: KIND_CPU } ]";
const BARE = `backend: "python"\n${CPU}\n`;
const FULL = `${BARE}${IN}\n${OUT}\n`;

function load(model: string): ReturnType<typeof send> {
  return send(`/v2/repository/models/${model}/load`, { method: "POST", ...PATHS });
}

/** A model whose load is refused. */
type Refused = readonly [name: string, source: string, config: string];

const REFUSED: readonly Refused[] = [
  ["syntax_error", "def broken(:\n", FULL],
  ["no_class", "import json\n", FULL],
  ["missing_import", "import no_such_module_at_all\n", FULL],
  ["exception_at_import", `raise RuntimeError("not today")\n`, FULL],
  [
    "exception_in_constructor",
    source(
      "class TritonPythonModel:",
      "    def __init__(self):",
      `        raise RuntimeError("not today")`,
    ),
    FULL,
  ],
  [
    "exception_in_initialize",
    source(
      "class TritonPythonModel:",
      "    def initialize(self, args):",
      `        raise pb_utils.TritonModelException("not today")`,
    ),
    FULL,
  ],
  ["completed_nothing", completing("return None"), FULL],
  ["completed_with_exception", completing(`raise ValueError("not today")`), FULL],
  [
    "complete_batch",
    completing("config.set_max_batch_size(2)", "return config"),
    `${FULL}max_batch_size: 4\n`,
  ],
  [
    "complete_scheduler",
    completing("config.set_dynamic_batching()", "return config"),
    `${FULL}sequence_batching {}\n`,
  ],
  [
    "complete_input_property",
    completing(
      `config.add_input({"name": "IN", "data_type": "TYPE_FP32", "dims": [4], "x": 1})`,
      "return config",
    ),
    FULL,
  ],
  [
    "complete_input_unnamed",
    completing(`config.add_input({"data_type": "TYPE_FP32", "dims": [4]})`, "return config"),
    FULL,
  ],
  [
    "complete_input_untyped",
    completing(`config.add_input({"name": "IN", "dims": [4]})`, "return config"),
    FULL,
  ],
  [
    "complete_input_unshaped",
    completing(`config.add_input({"name": "IN", "data_type": "TYPE_FP32"})`, "return config"),
    FULL,
  ],
  [
    "complete_input_datatype",
    completing(
      `config.add_input({"name": "IN", "data_type": "TYPE_INT8", "dims": [4]})`,
      "return config",
    ),
    FULL,
  ],
  [
    "complete_input_dims",
    completing(
      `config.add_input({"name": "IN", "data_type": "TYPE_FP32", "dims": [5]})`,
      "return config",
    ),
    FULL,
  ],
  [
    "complete_input_optional",
    completing(
      `config.add_input({"name": "IN", "data_type": "TYPE_FP32", "dims": [4], "optional": True})`,
      "return config",
    ),
    FULL,
  ],
  [
    "complete_output_property",
    completing(
      `config.add_output({"name": "OUT", "data_type": "TYPE_FP32", "dims": [4], "optional": True})`,
      "return config",
    ),
    FULL,
  ],
  [
    "complete_output_unnamed",
    completing(`config.add_output({"data_type": "TYPE_FP32", "dims": [4]})`, "return config"),
    FULL,
  ],
  [
    "complete_output_untyped",
    completing(`config.add_output({"name": "OUT", "dims": [4]})`, "return config"),
    FULL,
  ],
  [
    "complete_output_unshaped",
    completing(`config.add_output({"name": "OUT", "data_type": "TYPE_FP32"})`, "return config"),
    FULL,
  ],
  [
    "complete_output_datatype",
    completing(
      `config.add_output({"name": "OUT", "data_type": "TYPE_INT8", "dims": [4]})`,
      "return config",
    ),
    FULL,
  ],
  [
    "complete_output_dims",
    completing(
      `config.add_output({"name": "OUT", "data_type": "TYPE_FP32", "dims": [-1]})`,
      "return config",
    ),
    FULL,
  ],
  [
    "complete_policy_property",
    completing(`config.set_model_transaction_policy({"coupled": True})`, "return config"),
    FULL,
  ],
  [
    "complete_policy",
    completing(`config.set_model_transaction_policy({"decoupled": True})`, "return config"),
    `${FULL}model_transaction_policy { decoupled: false }\n`,
  ],
];

const ACCEPTED: readonly Refused[] = [
  ["complete_all", completing(...COMPLETE), BARE],
  ["complete_same", completing(...COMPLETE), FULL],
  [
    "complete_batching",
    completing(
      "config.set_max_batch_size(8)",
      "config.set_dynamic_batching()",
      ...COMPLETE.slice(0, 2),
      "return config",
    ),
    BARE,
  ],
  [
    "complete_decoupled",
    completing(`config.set_model_transaction_policy({"decoupled": True})`, ...COMPLETE),
    BARE,
  ],
  [
    "complete_optional",
    completing(
      `config.add_input({"name": "IN", "data_type": "TYPE_FP32", "dims": [4], "optional": True})`,
      ...COMPLETE.slice(1),
    ),
    BARE,
  ],
];

function modelOf([name, text, config]: Refused): ModelSource {
  return pythonModel(name, text, config);
}

function refusedCase([name]: Refused): Case {
  return testCase(name, load(name));
}

/** Loads: what a model.py may do wrong on the way up, and what it may say of its configuration. */
export const pythonLoadSuite: Suite = {
  name: "L0_python_load",
  about:
    "Python models that cannot be loaded, each with its reason, and configurations that they complete",
  models: [
    ...[...REFUSED, ...ACCEPTED].map(modelOf),
    { name: "no_file", files: { "1/other.py": "", "config.pbtxt": FULL } },
    {
      name: "other_file",
      files: {
        "1/mine.py": source("class TritonPythonModel:"),
        "config.pbtxt": `${FULL}default_model_filename: "mine.py"\n`,
      },
    },
    {
      name: "other_extension",
      files: {
        "1/mine.txt": source("class TritonPythonModel:"),
        "config.pbtxt": `${FULL}default_model_filename: "mine.txt"\n`,
      },
    },
    {
      name: "sibling",
      files: {
        "1/model.py": source(
          "from . import sibling",
          "import helper_beside",
          "class TritonPythonModel:",
          "    pass",
        ),
        "1/sibling.py": "",
        "1/helper_beside.py": "",
        "config.pbtxt": FULL,
      },
    },
    pythonModel(
      "exception_in_finalize",
      source(
        "class TritonPythonModel:",
        "    def finalize(self):",
        `        raise RuntimeError("not today")`,
      ),
      FULL,
    ),
  ],
  flags: ["--model-control-mode=explicit"],
  needsPython: true,
  cases: [
    ...REFUSED.map(refusedCase),
    ...ACCEPTED.map(([name]) =>
      testCase(name, load(name), send(`/v2/models/${name}/config`, PATHS)),
    ),
    // The real server waits for a process that has ended.
    { ...testCase("no_file", load("no_file")), isDeadlyForPeer: true },
    testCase("other_file", load("other_file")),
    testCase("other_extension", load("other_extension")),
    testCase("sibling", load("sibling")),
    testCase(
      "exception_in_finalize",
      load("exception_in_finalize"),
      send("/v2/repository/models/exception_in_finalize/unload", { method: "POST" }),
      logged(/(RuntimeError: not today)/),
    ),
  ],
};
