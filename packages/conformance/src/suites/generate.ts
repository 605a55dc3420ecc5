import { type RequestStep, type Suite, send, testCase } from "../suite.ts";
import { identityOf } from "./sample-models.ts";

function post(path: string, body: string): RequestStep {
  return send(`/v2/models/${path}`, { body });
}

/** The generate extension. */
export const generateSuite: Suite = {
  name: "L0_generate",
  about: "the generate extension, one answer and a stream",
  models: [identityOf("BYTES"), identityOf("FP32")],
  flags: [],
  cases: [
    testCase("generate", post("identity_bytes/generate", '{"INPUT0":"text"}')),
    testCase(
      "generate_version",
      post("identity_bytes/versions/1/generate", '{"INPUT0":["a","b"]}'),
    ),
    testCase("generate_stream", post("identity_fp32/generate_stream", '{"INPUT0":[1,2],"id":"x"}')),
    testCase("generate_unknown_model", post("nothing/generate", '{"INPUT0":"text"}')),
    testCase(
      "generate_stream_unknown_version",
      post("identity_bytes/versions/4/generate_stream", "{}"),
    ),
    testCase("generate_get", send("/v2/models/identity_bytes/generate")),
    testCase(
      "generate_version_too_large",
      post("identity_bytes/versions/99999999999999999999/generate", "{}"),
    ),
  ],
};
