import { infer, type Suite, testCase } from "../suite.ts";
import { CODE, codeRequest, pythonModel, pythonSource, RESULT } from "./python-models.ts";

/** What a call is asked under which name. */
type Probe = readonly [name: string, code: string];

/**
 * `capsule(array)` is what PyTorch's `to_dlpack` gives: a capsule alone. numpy's own would come back to it under the name that the
 * real server gives a used one, which its destructor does not survive.
 */
const CAPSULE = `import ctypes
api = ctypes.pythonapi
api.PyCapsule_GetPointer.restype = ctypes.c_void_p
api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
api.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]
api.PyCapsule_New.restype = ctypes.py_object
api.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
pb.capsule_names = [b"dltensor", b"used_dltensor"]
def capsule(array):
    whole = array.__dlpack__()
    pointer = api.PyCapsule_GetPointer(whole, pb.capsule_names[0])
    api.PyCapsule_SetName(whole, pb.capsule_names[1])
    return api.PyCapsule_New(pointer, pb.capsule_names[0], None)
`;

const TENSORS: readonly Probe[] = [
  ["empty_name", `pb.Tensor("", np.zeros(1))`],
  ["no_array", `pb.Tensor("A", [1, 2])`],
  ["no_name", "pb.Tensor(None, np.zeros(1))"],
  ["name_of_bytes", `pb.Tensor(b"A", np.zeros(1)).name()`],
  ["scalar", `pb.Tensor("A", np.float32(1))`],
  ["complex", `pb.Tensor("A", np.zeros(1, dtype=np.complex64))`],
  ["unicode", `pb.Tensor("A", np.array(["x", "yz"]))`],
  ["big_endian", `pb.Tensor("A", np.zeros((2, 3), dtype=">f4"))`],
  ["rank_0", `pb.Tensor("A", np.array(3.0)).shape()`],
  [
    "accessors",
    `t = pb.Tensor("A", np.zeros((2, 3)))\n(t.name(), t.shape(), t.is_cpu(), t.__dlpack_device__())`,
  ],
  ["same_array", `a = np.arange(3)\npb.Tensor("A", a).as_numpy() is a`],
  ["made_contiguous", `pb.Tensor("A", np.zeros((2, 3)).T).as_numpy().flags.c_contiguous`],
  [
    "objects_stay",
    `t = pb.Tensor("A", np.array([["x", 3]], dtype=object))\n(t.as_numpy().tolist(), t.shape())`,
  ],
  ["to_numpy_by_dlpack", `np.from_dlpack(pb.Tensor("A", np.arange(3, dtype=np.int32))).tolist()`],
  [
    "not_contiguous_by_dlpack",
    `pb.Tensor.from_dlpack("A", np.arange(6, dtype=np.int64).reshape(2, 3).T)`,
  ],
  [
    "of_capsule",
    `${CAPSULE}t = pb.Tensor.from_dlpack("A", capsule(np.arange(6, dtype=np.float32).reshape(2, 3)))
(t.name(), t.shape(), t.is_cpu(), t.as_numpy().dtype.name, t.as_numpy().tolist())`,
  ],
  [
    "not_contiguous_of_capsule",
    `${CAPSULE}pb.Tensor.from_dlpack("A", capsule(np.arange(6, dtype=np.int64).reshape(2, 3).T))`,
  ],
  ["scalar_of_capsule", `${CAPSULE}pb.Tensor.from_dlpack("A", capsule(np.array(3.0))).shape()`],
  ["empty_of_capsule", `${CAPSULE}pb.Tensor.from_dlpack("A", capsule(np.zeros((0, 2)))).shape()`],
  [
    "complex_of_capsule",
    `${CAPSULE}pb.Tensor.from_dlpack("A", capsule(np.zeros(1, np.complex64)))`,
  ],
  [
    "capsule_of_tensor",
    `pb.Tensor.from_dlpack("B", pb.Tensor("A", np.arange(3)).to_dlpack()).as_numpy().tolist()`,
  ],
  ["no_dlpack", `pb.Tensor.from_dlpack("A", 3)`],
  ["no_name_by_dlpack", `pb.Tensor.from_dlpack("", np.zeros(1))`],
  ["bytes_by_dlpack", `pb.Tensor("A", np.array([b"x"], dtype=object)).to_dlpack()`],
  [
    "other_device",
    [
      "class There:",
      "    def __dlpack__(self, stream=None): return 3",
      "    def __dlpack_device__(self): return (7, 0)",
      `pb.Tensor.from_dlpack("A", There())`,
    ].join("\n"),
  ],
  [
    "no_capsule",
    [
      "class Here:",
      "    def __dlpack__(self, stream=None): return 3",
      "    def __dlpack_device__(self): return (1, 0)",
      `pb.Tensor.from_dlpack("A", Here())`,
    ].join("\n"),
  ],
  ["input_is_writable", "request.inputs()[0].as_numpy().flags.writeable"],
];

const RESPONSES: readonly Probe[] = [
  ["defaults", "r = pb.InferenceResponse()\n(r.output_tensors(), r.has_error(), r.error())"],
  ["none_output", "pb.InferenceResponse([None])"],
  ["no_tensor", "pb.InferenceResponse([3])"],
  ["no_list", "pb.InferenceResponse(3)"],
  ["null_list", "pb.InferenceResponse(output_tensors=None)"],
  ["no_error", `pb.InferenceResponse([], "x")`],
  ["tuple", `len(pb.InferenceResponse((pb.Tensor("A", np.zeros(1)),)).output_tensors())`],
  [
    "error",
    `e = pb.InferenceResponse(error=pb.TritonError("m")).error()\n(e.message(), e.code(), str(e.code()))`,
  ],
  [
    "codes",
    `[repr(getattr(pb.TritonError, n)) for n in ["UNKNOWN", "INTERNAL", "NOT_FOUND", "INVALID_ARG", "UNAVAILABLE", "UNSUPPORTED", "ALREADY_EXISTS", "CANCELLED"]]`,
  ],
  ["error_without_message", "pb.TritonError()"],
  ["error_of_number", "pb.TritonError(3)"],
  ["error_with_number", `pb.TritonError("x", 3)`],
  ["error_is_no_exception", "isinstance(pb.TritonError('x'), Exception)"],
  ["exception", "pb.TritonModelException.__mro__[1:]"],
  ["class_names", "(str(pb.Tensor), str(pb.InferenceResponse), str(pb.InferenceRequest))"],
];

const REQUEST = `R = lambda **k: pb.InferenceRequest(**{"inputs": [], "requested_output_names": [], "model_name": "m", **k})\n`;

const REQUESTS: readonly Probe[] = [
  [
    "own",
    "(len(request.inputs()), request.request_id(), request.correlation_id(), request.flags(), request.timeout(), request.parameters(), request.requested_output_names(), request.is_cancelled(), request.trace().get_context())",
  ],
  [
    "made",
    `${REQUEST}r = R(requested_output_names=["b", "a", "b"])\n(r.request_id(), r.correlation_id(), r.flags(), r.timeout(), r.parameters(), sorted(r.requested_output_names()))`,
  ],
  ["nothing_given", "pb.InferenceRequest()"],
  ["none_input", `${REQUEST}R(inputs=[None], request_id="7")`],
  ["empty_output_name", `${REQUEST}R(requested_output_names=[""], request_id="7")`],
  ["no_tensor", `${REQUEST}R(inputs=[3])`],
  ["output_name_is_number", `${REQUEST}R(requested_output_names=[3])`],
  ["output_names_are_text", `${REQUEST}R(requested_output_names="ab")`],
  ["null_model", `${REQUEST}R(model_name=None)`],
  ["correlation_text", `${REQUEST}R(correlation_id="corr").correlation_id()`],
  ["correlation_float", `${REQUEST}R(correlation_id=1.5)`],
  ["correlation_bool", `${REQUEST}R(correlation_id=True).correlation_id()`],
  ["correlation_null", `${REQUEST}R(correlation_id=None)`],
  ["correlation_constant", `${REQUEST}R(correlation_id=pb.TritonError.NOT_FOUND)`],
  [
    "correlation_of_subclass",
    `${REQUEST}S = type("S", (str,), {})\ntype(R(correlation_id=S("x")).correlation_id()).__name__`,
  ],
  ["null_trace", `${REQUEST}R(trace=None)`],
  ["null_memory", `${REQUEST}R(preferred_memory=None)`],
  ["output_names_are_a_set", `${REQUEST}R(requested_output_names={"a"})`],
  ["output_names_are_keys", `${REQUEST}R(requested_output_names={"a": 1})`],
  ["output_names_are_iterated", `${REQUEST}R(requested_output_names=iter(["a"]))`],
  [
    "output_names_are_an_array",
    `${REQUEST}sorted(R(requested_output_names=np.array(["b", "a"])).requested_output_names())`,
  ],
  [
    "inputs_by_index",
    `${REQUEST}S = type("S", (), {"__len__": lambda s: 1, "__getitem__": lambda s, i: [pb.Tensor("A", np.zeros(1))][i]})\nlen(R(inputs=S()).inputs())`,
  ],
  [
    "numbers_of_numpy",
    `${REQUEST}r = R(flags=np.float32(2), timeout=np.uint8(3))\n(r.flags(), r.timeout())`,
  ],
  ["id_of_bytes", `${REQUEST}R(request_id=bytearray(b"x")).request_id()`],
  ["negative_flags", `${REQUEST}R(flags=-1)`],
  ["float_flags", `${REQUEST}R(flags=1.0)`],
  ["negative_timeout", `${REQUEST}R(timeout=-1)`],
  ["number_as_id", `${REQUEST}R(request_id=3)`],
  ["parameters", `${REQUEST}R(parameters={"a": 1, "\\u00e9": "\\u00fc", "c": True}).parameters()`],
  ["parameter_float", `${REQUEST}R(parameters={"a": 1.5})`],
  ["parameter_null", `${REQUEST}R(parameters={"a": None})`],
  ["parameter_key", `${REQUEST}R(parameters={2: 1})`],
  ["no_parameters", `${REQUEST}(R(parameters={}).parameters(), R(parameters=None).parameters())`],
  ["set_flags", `${REQUEST}r = R()\nr.set_flags(5)\nr.flags()`],
  ["no_event_loop", `${REQUEST}R().async_exec()`],
  ["decoupled_text", `${REQUEST}R().exec(decoupled="x")`],
  ["decoupled_number", `${REQUEST}type(R().exec(decoupled=1)).__name__`],
  ["decoupled_none", `${REQUEST}R().exec(decoupled=None)`],
  ["sender_of_made", `${REQUEST}R().get_response_sender().send(pb.InferenceResponse([]))`],
  ["cancelled_of_made", `${REQUEST}R().is_cancelled()`],
  ["release_flags_negative", "request.set_release_flags(-7)"],
  ["release_flags_other", "request.set_release_flags(7)"],
];

const SENDERS: readonly Probe[] = [
  [
    "same",
    "s = request.get_response_sender()\n(s is request.get_response_sender(), s.is_cancelled())",
  ],
  ["other_flag", "request.get_response_sender().send(flags=7)"],
  ["other_flag_with_response", "request.get_response_sender().send(pb.InferenceResponse([]), 2)"],
  ["nothing", "request.get_response_sender().send()"],
  ["final_first", "request.get_response_sender().send(flags=1)"],
  ["no_response", "request.get_response_sender().send(3)"],
];

const VALUES: readonly Probe[] = [
  ["memory_default", "pb.PreferredMemory()"],
  ["memory_number", "pb.PreferredMemory(1)"],
  ["memory_device_too_large", "pb.PreferredMemory(pb.TRITONSERVER_MEMORY_CPU, 1 << 63)"],
  [
    "memory_types",
    "(pb.TRITONSERVER_MEMORY_CPU, pb.TRITONSERVER_MEMORY_GPU, int(pb.TRITONSERVER_MEMORY_CPU))",
  ],
  [
    "constants",
    "(pb.TRITONSERVER_REQUEST_FLAG_SEQUENCE_START, pb.TRITONSERVER_REQUEST_FLAG_SEQUENCE_END, pb.TRITONSERVER_RESPONSE_COMPLETE_FINAL, pb.TRITONSERVER_REQUEST_RELEASE_ALL, pb.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE)",
  ],
  [
    "from_strings",
    `[pb.triton_string_to_numpy("TYPE_" + t) for t in ["BOOL", "FP16", "FP32", "STRING"]]`,
  ],
  ["from_bf16_string", `pb.triton_string_to_numpy("TYPE_BF16")`],
  ["to_numpy", "[t and np.dtype(t).name for t in map(pb.triton_to_numpy_type, range(16))]"],
  [
    "from_numpy",
    "[pb.numpy_to_triton_type(t) for t in [np.bool_, np.float32, np.dtype('S3'), np.complex64, np.object_, np.bytes_]]",
  ],
  [
    "serialize",
    `(pb.serialize_byte_tensor(np.array(["\\u00e9", b"x", 3], dtype=object)), pb.serialize_byte_tensor(np.zeros(2)), pb.serialize_byte_tensor(np.zeros(0)), pb.serialize_byte_tensor(np.array([b"ab", b""])))`,
  ],
  [
    "deserialize",
    `(pb.deserialize_bytes_tensor(b"\\x01\\0\\0\\0a\\0\\0\\0\\0").tolist(), pb.deserialize_bytes_tensor(b"").tolist())`,
  ],
  ["deserialize_cut_element", `pb.deserialize_bytes_tensor(b"\\x05\\0\\0\\0a")`],
  ["deserialize_cut_length", `pb.deserialize_bytes_tensor(b"\\x05\\0")`],
  ["no_input", `pb.get_input_tensor_by_name(request, "nope")`],
  [
    "configs",
    `(pb.get_input_config_by_name({"input": [{"name": "a"}]}, "a"), pb.get_input_config_by_name({}, "a"), pb.get_output_config_by_name({"output": [{"name": "a"}]}, "b"))`,
  ],
  [
    "policies",
    `(pb.using_decoupled_model_transaction_policy({}), pb.using_decoupled_model_transaction_policy({"model_transaction_policy": {"decoupled": True}}))`,
  ],
  ["log_levels", "(pb.Logger.INFO, pb.Logger.WARNING, pb.Logger.ERROR, pb.Logger.VERBOSE)"],
  ["log_number", "pb.Logger.log_info(3)"],
  ["log_level_number", `pb.Logger.log("x", 2)`],
  ["logger", "pb.Logger()"],
  [
    "args",
    "{k: v for k, v in model.args.items() if k not in ('model_config', 'model_repository')}",
  ],
  ["args_config", "json.loads(model.args['model_config'])"],
  [
    "directory",
    "pb.get_model_dir().endswith('/probe/1') and model.args['model_repository'].endswith('/probe')",
  ],
];

/** What responses take besides outputs: newer than the recorded server. */
const PARAMETERS: readonly Probe[] = [
  ["response_float", `pb.InferenceResponse(parameters={"a": 1.5})`],
  ["response_key", "pb.InferenceResponse(parameters={1: 1})"],
  ["response_text", `pb.InferenceResponse(parameters={"a": 1, "b": "x", "c": True}).parameters()`],
];

function cases(kind: string, probes: readonly Probe[]) {
  return probes.map(([name, code]) =>
    testCase(`${kind}_${name}`, infer("probe", codeRequest(code))),
  );
}

/** What each call of the Python API gives or raises, asked inside execute. */
export const pythonApiSuite: Suite = {
  name: "L0_python_api",
  about: "the Python API inside execute: constructors, accessors, what is refused with which text",
  models: [pythonModel("probe", pythonSource("probe"), { inputs: [CODE], outputs: [RESULT] })],
  flags: [],
  needsPython: true,
  cases: [
    ...cases("tensor", TENSORS),
    ...cases("response", RESPONSES),
    ...cases("parameters", PARAMETERS),
    ...cases("request", REQUESTS).map((item) =>
      item.name === "request_cancelled_of_made" ? { ...item, isDeadlyForPeer: true } : item,
    ),
    ...cases("sender", SENDERS),
    ...cases("value", VALUES),
    testCase(
      "request_with_everything",
      infer(
        "probe",
        codeRequest(
          "(request.request_id(), request.timeout(), sorted(json.loads(request.parameters()).items()), request.requested_output_names())",
          {
            id: "r-1",
            parameters: { timeout: 5_000_000, a: 1, b: "x", c: true, d: 1.5 },
            outputs: [{ name: "RESULT" }],
          },
        ),
      ),
    ),
  ],
};
