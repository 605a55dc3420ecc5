// Tests that a model whose initial states cannot be read is not loaded, and leaves nothing behind.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { delayModel } from "@nereid/onnx-writer";
import { DataType, encodeBytesTensor, StatusCode } from "@nereid/protocol";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";
import { startSequence, statefulConfig } from "./testing/sequences.ts";

const backend = createTestBackend();
after(() => backend.close());

function load(file: string, initialStates: Readonly<Record<string, Uint8Array>>) {
  return LoadedModel.load(backend, {
    onnx: delayModel({ elementType: "STRING", dims: [2] }),
    config: statefulConfig({
      datatype: "BYTES",
      dims: [2],
      state: {
        initialState: [
          {
            name: "start",
            dataType: DataType.TYPE_STRING,
            dims: [2n],
            stateData: { case: "dataFile", value: file },
          },
        ],
      },
    }),
    initialStates,
  });
}

test("a file that is not there is named", async () => {
  await assert.rejects(load("missing", {}), {
    code: StatusCode.Internal,
    message:
      /^failed to open text file for read .*\/m\/initial_state\/missing: No such file or directory$/,
  });
});

test("a file outside of the model's directory is not read", async () => {
  await assert.rejects(load("../../1/model.onnx", {}), {
    code: StatusCode.InvalidArg,
    message: "initial_state file '../../1/model.onnx' is outside the directory of model 'm'",
  });
});

test("a file must hold as many strings as the state has elements", async () => {
  await assert.rejects(load("start", { start: encodeBytesTensor(["only one"]) }), {
    code: StatusCode.Internal,
    message: "expected 2 strings for inference input 'STATE_IN', got 1",
  });
  await assert.rejects(load("start", { start: Uint8Array.of(9, 0, 0, 0, 1) }), {
    code: StatusCode.InvalidArg,
    message:
      "incomplete string data for inference input 'STATE_IN', expecting string of length 9 but only 1 bytes available",
  });
  await using model = await load("start", { start: encodeBytesTensor(["one", "two"]) });
  startSequence(model).release();
  assert.equal(model.states.sequenceCount, 0);
});
