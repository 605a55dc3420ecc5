import type { JsonObject } from "@bufbuild/protobuf";
import type { GrpcAction } from "../grpc-exchange.ts";
import { callRaw, streamRequest } from "../grpc-step.ts";
import type { Mask } from "../look.ts";
import { type Case, infer, type Suite, testCase } from "../suite.ts";
import { CODE, codeRequest, pythonModel, pythonSource, RESULT } from "./python-models.ts";

const PATHS: readonly Mask[] = [[/\/[^\s"\\]+?\/models\//g, "<repository>/"]];

function text(name: string, value: string): JsonObject {
  return {
    name,
    datatype: "BYTES",
    shape: [1],
    contents: { bytesContents: [Buffer.from(value).toString("base64")] },
  };
}

/** A case whose model runs `code`, and of which so many messages are expected. */
function stream(name: string, count: number, code: string, returned?: string): Case {
  const request: JsonObject = {
    modelName: "decoupled",
    inputs: [text("CODE", code), ...(returned === undefined ? [] : [text("RETURN", returned)])],
    parameters: { triton_enable_empty_final_response: { boolParam: true } },
  };
  const actions: GrpcAction[] = [streamRequest(request), { untilMessages: count }, "end"];
  return testCase(name, callRaw("ModelStreamInfer", actions, { masks: PATHS }));
}

/** Models that answer as often as they like, seen from a stream. */
export const pythonDecoupledSuite: Suite = {
  name: "L0_python_decoupled",
  about:
    "decoupled models in Python: senders in every state, threads, errors, what execute returns",
  models: [
    pythonModel("decoupled", pythonSource("decoupled"), {
      inputs: [CODE, ["RETURN", "STRING", [1]]],
      optional: ["RETURN"],
      outputs: [RESULT],
      more: "model_transaction_policy { decoupled: true }",
    }),
  ],
  flags: [],
  needsPython: true,
  cases: [
    stream("three", 4, "[sender.send(answer(i)) for i in range(3)]\nsender.send(flags=FINAL)"),
    stream("final_with_last", 2, "sender.send(answer(1))\nsender.send(answer(2), FINAL)"),
    stream("none", 1, "sender.send(flags=FINAL)"),
    stream("error", 2, "sender.send(failure('mine'))\nsender.send(flags=FINAL)"),
    stream("error_with_final", 1, "sender.send(failure('mine', pb.TritonError.NOT_FOUND), FINAL)"),
    stream(
      "error_between",
      4,
      "sender.send(answer(1))\nsender.send(failure('mine'))\nsender.send(answer(2))\nsender.send(flags=FINAL)",
    ),
    stream(
      "after_final",
      3,
      "sender.send(answer(1))\nt = None\nimport builtins\nsender.send(answer('then'))\nsender.send(flags=FINAL)\nbuiltins.said = text_of(lambda: sender.send(answer(2)))",
    ),
    stream(
      "what_after_final_said",
      2,
      "import builtins\nsender.send(answer(builtins.said))\nsender.send(flags=FINAL)",
    ),
    stream(
      "other_flag",
      2,
      "sender.send(answer(text_of(lambda: sender.send(answer(1), 2))))\nsender.send(flags=FINAL)",
    ),
    stream(
      "no_flag_no_response",
      2,
      "sender.send(answer(text_of(lambda: sender.send())))\nsender.send(flags=FINAL)",
    ),
    stream(
      "from_a_thread",
      3,
      "def go():\n    sender.send(answer(1))\n    sender.send(answer(2))\n    sender.send(flags=FINAL)\nin_thread(go)",
    ),
    stream("returned_a_list", 1, "", "[None]"),
    stream("returned_a_response", 1, "", "answer(1)"),
    stream("exception", 1, "raise ValueError('no such luck')"),
    stream("exception_after_answer", 2, "sender.send(answer(1))\nraise ValueError('no such luck')"),
    stream(
      "exception_after_final",
      1,
      "sender.send(answer(1), FINAL)\nraise ValueError('no such luck')",
    ),
    stream(
      "cancelled",
      2,
      "sender.send(answer(str((request.is_cancelled(), sender.is_cancelled()))))\nsender.send(flags=FINAL)",
    ),
    testCase("over_http", infer("decoupled", codeRequest("sender.send(answer(1), FINAL)"))),
  ],
};
