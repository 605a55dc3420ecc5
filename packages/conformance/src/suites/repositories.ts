import { identityModel } from "@nereid/onnx-writer";
import { onnxModel } from "../model-repository.ts";
import { logged, type RequestStep, type Suite, send, testCase } from "../suite.ts";

const FLOATS = identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true });

function load(model: string): RequestStep {
  return send(`/v2/repository/models/${model}/load`, { method: "POST" });
}

const INDEX = send("/v2/repository/index", { method: "POST" });

/** Two repositories, the second inside the first (where it looks like a model without a version). */
export const repositoriesSuite: Suite = {
  name: "L0_repositories",
  about: "two repositories: their models together, and one that is in both",
  models: [
    onnxModel("only_first", FLOATS),
    onnxModel("in_both", FLOATS),
    {
      name: "second",
      files: { "only_second/1/model.onnx": FLOATS, "in_both/1/model.onnx": FLOATS },
    },
  ],
  flags: ["--model-repository=<repository>/second", "--model-control-mode=explicit"],
  cases: [
    testCase("index", INDEX),
    testCase("load_of_each", load("only_first"), load("only_second"), INDEX),
    testCase("load_in_both", load("in_both"), logged(/(failed to poll model .*)/), INDEX),
    testCase("ready_in_both", send("/v2/models/in_both")),
  ],
};
