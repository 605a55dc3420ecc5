import type { ModelSource } from "../model-repository.ts";

const DECOUPLED = "model_transaction_policy { decoupled: true }\n";
const INSTANCE = "instance_group { kind: KIND_CPU count: 1 }\n";

const REPEAT_TENSORS = `input { name: "IN" data_type: TYPE_INT32 dims: -1 }
input { name: "DELAY" data_type: TYPE_UINT32 dims: -1 }
input { name: "WAIT" data_type: TYPE_UINT32 dims: 1 }
output { name: "OUT" data_type: TYPE_INT32 dims: 1 }
output { name: "IDX" data_type: TYPE_UINT32 dims: 1 }
`;
const SQUARE_TENSORS = `input { name: "IN" data_type: TYPE_INT32 dims: 1 }
output { name: "OUT" data_type: TYPE_INT32 dims: 1 }
`;

const REPEAT_SCRIPT = `import threading
import time

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            values, delays, wait = (
                pb_utils.get_input_tensor_by_name(request, name).as_numpy().copy()
                for name in ("IN", "DELAY", "WAIT")
            )
            sender = request.get_response_sender()
            if values.shape != delays.shape:
                message = "expected IN and DELAY shape to match, got [%d] and [%d]"
                sender.send(
                    pb_utils.InferenceResponse(
                        error=pb_utils.TritonError(
                            message % (len(values), len(delays)),
                            pb_utils.TritonError.INVALID_ARG,
                        )
                    ),
                    flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL,
                )
                continue
            threading.Thread(target=self.answer, args=(sender, values, delays)).start()
            time.sleep(wait[0] / 1000)

    def answer(self, sender, values, delays):
        for index, value in enumerate(values):
            time.sleep(delays[index] / 1000)
            out = pb_utils.Tensor("OUT", np.array([value], np.int32))
            idx = pb_utils.Tensor("IDX", np.array([index], np.uint32))
            sender.send(pb_utils.InferenceResponse([out, idx]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
`;

const SQUARE_SCRIPT = `import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        fail = parameters.get("CUSTOM_FAIL_COUNT", {"string_value": "0"})
        self.fail_count = int(fail["string_value"])

    def execute(self, requests):
        for request in requests:
            count = int(pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()[0])
            sender = request.get_response_sender()
            for index in range(count):
                if index < count - self.fail_count:
                    out = pb_utils.Tensor("OUT", np.array([count], np.int32))
                    sender.send(pb_utils.InferenceResponse([out]))
                else:
                    error = pb_utils.TritonError("simulated failure", pb_utils.TritonError.UNKNOWN)
                    sender.send(pb_utils.InferenceResponse(error=error))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
`;

function fails(count: number): string {
  return `parameters { key: "CUSTOM_FAIL_COUNT" value { string_value: "${count}" } }\n`;
}

function scripted(name: string, config: string, script: string): ModelSource {
  const files = { "config.pbtxt": `backend: "python"\n${config}`, "1/model.py": script };
  return { name, files };
}

function builtIn(name: string, backend: string, config: string): ModelSource {
  const files = { "config.pbtxt": `backend: "${backend}"\n${config}`, "1/placeholder": "" };
  return { name, files };
}

const REPEAT = DECOUPLED + INSTANCE + REPEAT_TENSORS;
const SQUARE = DECOUPLED + INSTANCE + SQUARE_TENSORS;
const FAILING = SQUARE + fails(1);

/** `repeat`, `square`, and `failing`, whose last answer is an error: as models in Python. */
export const DECOUPLED_MODELS: readonly ModelSource[] = [
  scripted("repeat", REPEAT, REPEAT_SCRIPT),
  scripted("square", SQUARE, SQUARE_SCRIPT),
  scripted("failing", FAILING, SQUARE_SCRIPT),
];

/** The same as models of the backends that our server brings along, and the real one's packages do not. */
export const DECOUPLED_STAND_INS: readonly ModelSource[] = [
  builtIn("repeat", "repeat", REPEAT),
  builtIn("square", "square", SQUARE),
  builtIn("failing", "square", FAILING),
];

/** A model of the identity backend, which both servers have. */
export function identityBackendModel(name: string, config: string): ModelSource {
  return builtIn(name, "identity", INSTANCE + config);
}
