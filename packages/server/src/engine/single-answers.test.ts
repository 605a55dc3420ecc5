import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import type { ModelSpec } from "../model/model-spec.ts";
import { InferenceRequest } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";
import { Tensor } from "../model/tensor.ts";
import { SingleAnswers } from "./single-answers.ts";

const MODEL = { name: "m" } as ModelSpec; // nothing else of it is read

class Probe {
  readonly answers = new SingleAnswers();
  readonly request = new InferenceRequest(MODEL, { send() {} }, 0);
  releaseCount = 0;

  response(): InferenceResponse {
    const release = (): void => {
      this.releaseCount++;
    };
    return InferenceResponse.ok([new Tensor("O", "INT8", [1], new Uint8Array(1), { release })]);
  }
}

test("one answer is passed on with the final flag, whether the flag comes with it or behind it", () => {
  const probe = new Probe();
  const response = probe.response();
  assert.equal(probe.answers.take(probe.request, response, true), response);
  assert.equal(probe.answers.take(probe.request, response, false), null);
  assert.equal(probe.answers.take(probe.request, null, true), response);
  assert.equal(probe.releaseCount, 0);
});

test("any other number of answers is an error that counts them, and their memory is given back", () => {
  for (const count of [0, 2, 5]) {
    const probe = new Probe();
    for (let index = 0; index < count; index++) {
      assert.equal(probe.answers.take(probe.request, probe.response(), false), null);
    }
    const answer = probe.answers.take(probe.request, null, true);
    assert.equal(answer?.error?.code, StatusCode.Internal);
    assert.equal(answer.error.message, `expected a single response, got ${count}`);
    assert.equal(probe.releaseCount, count);
  }
});
