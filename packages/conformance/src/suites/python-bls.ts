import { type Case, infer, type Suite, testCase } from "../suite.ts";
import { CODE, codeRequest, pythonModel, pythonSource, RESULT } from "./python-models.ts";
import { identityOf } from "./sample-models.ts";

function asking(name: string, code: string): Case {
  return testCase(name, infer("asking", codeRequest(code)));
}

const IDENTITY = `ask("identity_fp32", {"INPUT0": np.array([1.5, 2], dtype=np.float32)}, ["OUTPUT0"])`;
const SEND = `{"CODE": np.array(["%"], dtype=object)}`;

/** A request to the decoupled model that runs this. */
function toDecoupled(code: string): string {
  return `ask("decoupled", ${SEND.replace("%", code)}, ["RESULT"])`;
}

/** Calls from models to models. */
export const pythonBlsSuite: Suite = {
  name: "L0_python_bls",
  about: "models that ask models: awaited and not, several answers, errors, circles that end",
  models: [
    identityOf("FP32"),
    pythonModel("asking", pythonSource("asking"), { inputs: [CODE], outputs: [RESULT] }),
    pythonModel("probe", pythonSource("probe"), { inputs: [CODE], outputs: [RESULT] }),
    pythonModel("returning", pythonSource("returning"), { inputs: [CODE], outputs: [RESULT] }),
    pythonModel("decoupled", pythonSource("decoupled"), {
      inputs: [CODE, ["RETURN", "STRING", [1]]],
      optional: ["RETURN"],
      outputs: [RESULT],
      more: "model_transaction_policy { decoupled: true }",
    }),
    pythonModel(
      "in_initialize",
      [
        "import numpy as np",
        "import triton_python_backend_utils as pb_utils",
        "class TritonPythonModel:",
        "    def initialize(self, args):",
        "        request = pb_utils.InferenceRequest(inputs=[], requested_output_names=[], model_name='identity_fp32')",
        "        try:",
        "            request.exec()",
        "            self.text = 'nothing was raised'",
        "        except pb_utils.TritonModelException as error:",
        "            self.text = str(error)",
        "    def execute(self, requests):",
        "        tensor = pb_utils.Tensor('RESULT', np.array([self.text], dtype=object))",
        "        return [pb_utils.InferenceResponse([tensor]) for _ in requests]",
        "",
      ].join("\n"),
      { inputs: [CODE], outputs: [RESULT] },
    ),
  ],
  flags: [],
  needsPython: true,
  cases: [
    asking("sync", `seen(${IDENTITY}.exec())`),
    asking("async", `r = ${IDENTITY}\nasync def go(): return seen(await r.async_exec())\ngo()`),
    asking(
      "async_together",
      `rs = [${IDENTITY} for _ in range(4)]\nasync def go(): return [seen(r) for r in await asyncio.gather(*[r.async_exec() for r in rs])]\ngo()`,
    ),
    asking("twice", `r = ${IDENTITY}\n[seen(r.exec()), seen(r.exec())]`),
    asking("unknown_model", `seen(ask("nope", {}, ["X"]).exec())`),
    asking("unknown_version", `seen(ask("identity_fp32", {}, ["X"], model_version=9).exec())`),
    asking(
      "version",
      `seen(ask("identity_fp32", {"INPUT0": np.zeros(1, dtype=np.float32)}, ["OUTPUT0"], model_version=1).exec())`,
    ),
    asking("no_input", `seen(ask("identity_fp32", {}, ["OUTPUT0"]).exec())`),
    asking(
      "unknown_input",
      `seen(ask("identity_fp32", {"X": np.zeros(1, dtype=np.float32)}, ["OUTPUT0"]).exec())`,
    ),
    asking(
      "wrong_datatype",
      `seen(ask("identity_fp32", {"INPUT0": np.zeros(1)}, ["OUTPUT0"]).exec())`,
    ),
    asking(
      "wrong_shape",
      `seen(ask("identity_fp32", {"INPUT0": np.zeros((1, 1, 1), dtype=np.float32)}, ["OUTPUT0"]).exec())`,
    ),
    asking(
      "unknown_output",
      `seen(ask("identity_fp32", {"INPUT0": np.zeros(1, dtype=np.float32)}, ["X"]).exec())`,
    ),
    asking(
      "no_outputs_named",
      `seen(ask("identity_fp32", {"INPUT0": np.zeros(1, dtype=np.float32)}, []).exec())`,
    ),
    asking(
      "python_model",
      `seen(ask("probe", {"CODE": np.array(["(request.request_id(), request.correlation_id(), request.flags(), request.parameters())"], dtype=object)}, ["RESULT"], request_id="r", correlation_id=7, flags=0, parameters={"a": 1}).exec())`,
    ),
    asking(
      "bytes",
      `seen(ask("returning", {"CODE": np.array(["[answer(value=b'a')]"], dtype=object)}, ["RESULT"]).exec())`,
    ),
    asking(
      "error_of_model",
      `seen(ask("returning", {"CODE": np.array(["[pb.InferenceResponse(error=pb.TritonError('mine', pb.TritonError.NOT_FOUND))]"], dtype=object)}, ["RESULT"]).exec())`,
    ),
    asking(
      "not_enough_answers",
      `seen(ask("returning", {"CODE": np.array(["[]"], dtype=object)}, ["RESULT"]).exec())`,
    ),
    asking("decoupled_not_asked_for", `seen(${toDecoupled("sender.send(flags=FINAL)")}.exec())`),
    asking(
      "decoupled_three",
      `[seen(r) for r in ${toDecoupled("[sender.send(answer(i)) for i in range(3)]; sender.send(flags=FINAL)")}.exec(decoupled=True)]`,
    ),
    asking(
      "decoupled_final_with_last",
      `[seen(r) for r in ${toDecoupled("sender.send(answer(1)); sender.send(answer(2), FINAL)")}.exec(decoupled=True)]`,
    ),
    asking(
      "decoupled_none",
      `[seen(r) for r in ${toDecoupled("sender.send(flags=FINAL)")}.exec(decoupled=True)]`,
    ),
    asking(
      "decoupled_again",
      `it = ${toDecoupled("sender.send(answer(1)); sender.send(answer(2), FINAL)")}.exec(decoupled=True)\n[len(list(it)), len(list(it)), seen(next(iter(it)))]`,
    ),
    asking(
      "decoupled_async",
      `r = ${toDecoupled("sender.send(answer(1)); sender.send(answer(2), FINAL)")}\nasync def go(): return [seen(x) for x in await r.async_exec(decoupled=True)]\ngo()`,
    ),
    asking("decoupled_of_plain_model", `[seen(r) for r in ${IDENTITY}.exec(decoupled=True)]`),
    asking(
      "decoupled_of_unknown_model",
      `[seen(r) for r in ask("nope", {}, ["X"]).exec(decoupled=True)]`,
    ),
    testCase("in_initialize", infer("in_initialize", codeRequest(""))),
    // The real server's iterator waits for ever after an error.
    {
      ...asking(
        "decoupled_error",
        `[seen(r) for r in ${toDecoupled("sender.send(failure('mine')); sender.send(flags=FINAL)")}.exec(decoupled=True)]`,
      ),
      isDeadlyForPeer: true,
    },
  ],
};
