// Tests calls of models that would wait for each other for ever: in Python, in TypeScript, through ensembles.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { preparePython } from "../../../../tools/python-environment.ts";
import { eventually } from "./testing/process-resources.ts";
import {
  IDENTITY_MODEL,
  inferVector,
  PythonRepository,
  perRequestModel,
  VECTOR_CONFIG,
} from "./testing/python-repository.ts";

const python = await preparePython({
  file: join(import.meta.dirname, "../../python/requirements-test.txt"),
  modules: ["numpy"],
});

/** Calls the target unless its input is negative. */
const CALLER = (target: string): string =>
  perRequestModel(`
if value[0] < 0:
    responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)]))
    continue
call = pb_utils.InferenceRequest(model_name="${target}", requested_output_names=["OUT"], inputs=[pb_utils.Tensor("IN", value)])
answer = call.exec()
if answer.has_error():
    raise pb_utils.TritonModelException(answer.error().message())
responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", answer.output_tensors()[0].as_numpy() + 1)]))`);

/** Calls the target as often as it has elements, at the same time. */
const ASYNC_CALLER = (target: string, answers: string): string => `
import asyncio
import numpy as np
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    async def execute(self, requests):
        return list(await asyncio.gather(*[self.answer(request) for request in requests]))

    async def answer(self, request):
        value = pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()
        calls = [
            pb_utils.InferenceRequest(
                model_name="${target}", requested_output_names=["OUT"], inputs=[pb_utils.Tensor("IN", element)]
            )
            for element in np.split(value, len(value))
        ]
        answers = ${answers}
        for answer in answers:
            if answer.has_error():
                return pb_utils.InferenceResponse(error=answer.error())
        values = [answer.output_tensors()[0].as_numpy() for answer in answers]
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUT", np.concatenate(values))])
`;

const TYPESCRIPT_CALLER = (target: string): string => `
import { host } from "@nereid/server/model";
export default class {
  async execute(requests) {
    return Promise.all(requests.map(async (request) => {
      const answer = await host.infer({ modelName: "${target}", inputs: [request.input("IN")] });
      return { outputs: [answer.output("OUT")] };
    }));
  }
}
`;

/** One model after the other. */
function ensemble(...models: readonly string[]): string {
  const steps = models.map((model, index) => {
    const from = index === 0 ? "IN" : `between${index}`;
    const to = index === models.length - 1 ? "OUT" : `between${index + 1}`;
    return (
      `{ model_name: "${model}" model_version: -1 input_map { key: "IN" value: "${from}" } ` +
      `output_map { key: "OUT" value: "${to}" } }`
    );
  });
  const tensors = VECTOR_CONFIG.replace('backend: "python"', 'platform: "ensemble"');
  return `${tensors} ensemble_scheduling { step [${steps.join(",")}] }`;
}

const NEVER =
  /every instance of model '\w+' waits, directly or through other models, for this request/;
const VALUES = Float32Array.of(1, 2);

test("a model that calls an ensemble with itself in a later step is refused, and goes on afterwards", async () => {
  using repository = new PythonRepository()
    .add("identity", IDENTITY_MODEL)
    .add("caller", CALLER("outer"));
  repository.write("inner/config.pbtxt", ensemble("identity", "caller"));
  repository.write("outer/config.pbtxt", ensemble("identity", "inner"));
  repository.write("inner/1/.keep", "");
  repository.write("outer/1/.keep", "");
  const server = await repository.serve(python);
  await assert.rejects(inferVector(server, "caller", VALUES), (error: Error) => {
    assert.match(error.message, NEVER);
    assert.match(
      error.message,
      /in ensemble 'outer', in ensemble 'inner', every instance of model 'caller'/,
    );
    return true;
  });
  await assert.rejects(inferVector(server, "outer", VALUES), NEVER);
  const negative = Float32Array.of(-1, 5);
  assert.deepEqual(await inferVector(server, "outer", negative), negative);
  await server.stop();
});

test("with a second instance the same ensemble answers as deep as there are instances", async () => {
  using repository = new PythonRepository()
    .add("identity", IDENTITY_MODEL)
    .add(
      "caller",
      CALLER("whole").replace(
        'inputs=[pb_utils.Tensor("IN", value)]',
        'inputs=[pb_utils.Tensor("IN", value - 2)]',
      ),
      `${VECTOR_CONFIG} instance_group { count: 2 kind: KIND_CPU }`,
    );
  repository.write("whole/config.pbtxt", ensemble("identity", "caller"));
  repository.write("whole/1/.keep", "");
  const server = await repository.serve(python);
  assert.deepEqual(await inferVector(server, "caller", VALUES), Float32Array.of(0, 1));
  await assert.rejects(inferVector(server, "caller", Float32Array.of(5)), NEVER);
  assert.deepEqual(await inferVector(server, "caller", VALUES), Float32Array.of(0, 1));
  await server.stop();
});

test("an async execute is answered, and refused what nobody could answer", async () => {
  const awaiting = "[await call.async_exec() for call in calls]";
  const gathering = "await asyncio.gather(*[call.async_exec() for call in calls])";
  using repository = new PythonRepository()
    .add("identity", IDENTITY_MODEL)
    .add("caller", ASYNC_CALLER("identity", gathering))
    .add("awaiting", ASYNC_CALLER("awaiting", awaiting))
    .add("gathering", ASYNC_CALLER("gathering", gathering));
  const server = await repository.serve(python);
  const many = Float32Array.from({ length: 20 }, (_, index) => index);
  assert.deepEqual(await inferVector(server, "caller", many), many);
  await assert.rejects(inferVector(server, "awaiting", VALUES), NEVER);
  await assert.rejects(inferVector(server, "gathering", VALUES), NEVER);
  await server.stop();
});

/** Asks itself for one less, and does not wait for the answer, which it writes into a file. */
const LATE_CALLER = `
import asyncio, os
import numpy as np
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def initialize(self, args):
        self.file = os.path.join(args["model_repository"], "answers")

    async def execute(self, requests):
        return [await self.answer(request) for request in requests]

    async def answer(self, request):
        value = pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()
        if value[0] > 0:
            call = pb_utils.InferenceRequest(
                model_name="caller", requested_output_names=["OUT"], inputs=[pb_utils.Tensor("IN", value - 1)]
            )
            call.async_exec().add_done_callback(self.note)
            await asyncio.sleep(0.02)
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)])

    def note(self, future):
        answer = future.result()
        text = answer.error().message() if answer.has_error() else str(answer.output_tensors()[0].as_numpy()[0])
        with open(self.file, "a") as file:
            file.write(text + "\\n")
`;

test("a call that nobody waits for is answered after the execution that made it", async () => {
  using repository = new PythonRepository().add("caller", LATE_CALLER);
  const server = await repository.serve(python);
  assert.deepEqual(await inferVector(server, "caller", Float32Array.of(2)), Float32Array.of(2));
  const file = join(repository.directory, "caller/answers");
  const read = (): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
  assert.ok(await eventually(() => read().split("\n").length > 2));
  assert.deepEqual(read().trim().split("\n").toSorted(), ["0.0", "1.0"]);
  await server.stop();
});

test("circles between models of different languages are found", async () => {
  using repository = new PythonRepository().add("caller", CALLER("script"));
  repository.write("script/1/model.js", TYPESCRIPT_CALLER("caller"));
  repository.write(
    "script/config.pbtxt",
    VECTOR_CONFIG.replace('backend: "python"', 'backend: "typescript"'),
  );
  const server = await repository.serve(python);
  assert.deepEqual(
    server.describeModels().map(({ status }) => status),
    ["READY", "READY"],
  );
  await assert.rejects(inferVector(server, "caller", VALUES), NEVER);
  await assert.rejects(inferVector(server, "script", VALUES), NEVER);
  const negative = Float32Array.of(-1);
  assert.deepEqual(await inferVector(server, "script", negative), negative);
  await server.stop();
});
