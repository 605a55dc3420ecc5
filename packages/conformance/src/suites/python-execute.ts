import type { Look } from "../look.ts";
import { type Case, infer, logged, type Suite, testCase } from "../suite.ts";
import {
  CODE,
  codeRequest,
  type PythonTensor,
  pythonModel,
  pythonSource,
  RESULT,
} from "./python-models.ts";

const OTHER: PythonTensor = ["OTHER", "STRING", [1]];
const NUMBERS: PythonTensor = ["NUMBERS", "FP32", [-1]];

/** Where a repository lies differs from run to run. */
const PATHS: Look = { masks: [[/\/\S+?\/models\//g, "<repository>/"]] };

function returning(name: string, code: string, request: object = {}): Case {
  const only = { outputs: [{ name: "RESULT" }] };
  return testCase(name, infer("returning", codeRequest(code, { ...only, ...request }), PATHS));
}

function everything(name: string, code: string): Case {
  return testCase(name, infer("returning", codeRequest(code), PATHS));
}

const NUMBER = `pb.Tensor("NUMBERS", np.array([1.5, -2], dtype=np.float32))`;

/** What execute may return and must not, and what the client hears of it. */
export const pythonExecuteSuite: Suite = {
  name: "L0_python_execute",
  about: "what execute returns or raises: counts, types, exceptions, senders, outputs, parameters",
  models: [
    pythonModel("returning", pythonSource("returning"), {
      inputs: [CODE],
      outputs: [RESULT, OTHER, NUMBERS],
    }),
    pythonModel("no_execute", "class TritonPythonModel:\n    pass\n", {
      inputs: [CODE],
      outputs: [RESULT],
    }),
    pythonModel("waiting", pythonSource("asking"), { inputs: [CODE], outputs: [RESULT] }),
  ],
  flags: [],
  needsPython: true,
  cases: [
    returning("answer", "[answer()]"),
    // The real server never answers.
    { ...returning("none", "None"), isDeadlyForPeer: true },
    returning("nothing_for_one", "[]"),
    returning("two_for_one", "[answer(), answer()]"),
    returning("tuple", "(answer(),)"),
    returning("response_alone", "answer()"),
    returning("number", "5"),
    returning("list_of_numbers", "[5]"),
    returning("list_of_tensors", `[pb.Tensor("RESULT", np.zeros(1))]`),
    returning(
      "exception",
      `raise_ = lambda: (_ for _ in ()).throw(ValueError("no such luck"))\nraise_()`,
    ),
    returning("exception_of_api", `pb.Tensor("", np.zeros(1))`),
    returning("exception_without_text", "assert False"),
    returning("exception_of_several_lines", `int("1\\n2")`),
    returning("syntax_error", "["),
    returning("error", `[pb.InferenceResponse(error=pb.TritonError("my fault"))]`),
    ...[
      "UNKNOWN",
      "NOT_FOUND",
      "INVALID_ARG",
      "UNAVAILABLE",
      "UNSUPPORTED",
      "ALREADY_EXISTS",
      "CANCELLED",
    ].map((code) =>
      returning(
        `error_${code.toLowerCase()}`,
        `[pb.InferenceResponse(error=pb.TritonError("my fault", pb.TritonError.${code}))]`,
      ),
    ),
    returning(
      "error_with_output",
      `[pb.InferenceResponse([${NUMBER}], pb.TritonError("my fault"))]`,
    ),
    everything("one_output_of_three", "[answer()]"),
    everything(
      "two_outputs_in_other_order",
      `[pb.InferenceResponse([${NUMBER}, answer().output_tensors()[0]])]`,
    ),
    returning(
      "output_not_asked_for",
      `[pb.InferenceResponse([${NUMBER}, answer().output_tensors()[0]])]`,
    ),
    everything("output_of_no_config", `[answer(name="NEW")]`),
    returning("output_of_no_config_not_asked", `[answer(name="NEW")]`),
    everything(
      "output_of_other_datatype",
      `[pb.InferenceResponse([pb.Tensor("RESULT", np.zeros(2))])]`,
    ),
    everything(
      "output_of_other_shape",
      `[pb.InferenceResponse([pb.Tensor("RESULT", np.zeros((2, 2), dtype=object))])]`,
    ),
    everything("output_twice", "[pb.InferenceResponse(answer().output_tensors() * 2)]"),
    everything("no_output", "[pb.InferenceResponse([])]"),
    everything(
      "empty_output",
      `[pb.InferenceResponse([pb.Tensor("NUMBERS", np.zeros(0, dtype=np.float32))])]`,
    ),
    everything(
      "output_of_input_memory",
      `[pb.InferenceResponse([pb.Tensor("RESULT", request.inputs()[0].as_numpy())])]`,
    ),
    everything("bytes_with_zeros", `[answer(value=b"a\\0b\\0")]`),
    everything("text_in_utf_8", `[answer(value="\\u00fc")]`),
    everything("numbers_as_text", "[answer(value=17)]"),
    returning("sent", "sender.send(answer())\nsend_final(request)\n[None]"),
    returning("sent_and_none", "sender.send(answer(), 1)\nNone"),
    returning("rescheduled_and_returned", "request.set_release_flags(2)\n[answer()]"),
    testCase("missing", infer("no_execute", codeRequest("1"), PATHS)),
    testCase(
      "exception_in_log",
      infer("returning", codeRequest("raise_ = lambda: 1 / 0\nraise_()"), PATHS),
      logged(
        /(Failed to process the request\(s\) for model '[^']*', message: ZeroDivisionError: division by zero)/,
      ),
    ),
    testCase("coroutine", infer("waiting", codeRequest("asyncio.sleep(0, 'slept')"))),
    testCase(
      "coroutine_of_exception",
      infer("waiting", codeRequest("async def f(): raise KeyError('k')\nf()")),
    ),
    // The real server answers twice on one connection, and its instance is of no use afterwards.
    {
      ...returning("sent_twice", "sender.send(answer())\nsender.send(answer())\n[None]"),
      isDeadlyForPeer: true,
    },
    returning("sent_and_returned", "sender.send(answer(), 1)\n[answer()]"),
    returning("sent_after_final", "sender.send(answer(), 1)\nsender.send(None, 1)\n[None]"),
  ],
};
