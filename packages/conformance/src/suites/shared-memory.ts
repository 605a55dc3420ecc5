import { type RequestStep, type Suite, send, testCase } from "../suite.ts";

function system(path: string, body?: string | object): RequestStep {
  return call("systemsharedmemory", path, body);
}

function cuda(path: string, body?: string | object): RequestStep {
  return call("cudasharedmemory", path, body);
}

function call(kind: string, path: string, body: string | object | undefined): RequestStep {
  if (body === undefined) {
    return send(`/v2/${kind}${path}`);
  }
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return send(`/v2/${kind}${path}`, { body: text });
}

/** Shared memory while clients may not use it, which is the default. */
export const sharedMemorySuite: Suite = {
  name: "L0_shared_memory",
  about: "shared memory that clients may not register: status works, the rest is refused",
  models: [],
  flags: ["--model-control-mode=explicit"],
  cases: [
    testCase("system_status", system("/status")),
    testCase("system_status_unknown", system("/region/r/status")),
    testCase("system_status_post", system("/status", "")),
    testCase("cuda_status", cuda("/status")),
    testCase("cuda_status_unknown", cuda("/region/r/status")),
    testCase(
      "system_register",
      system("/region/r/register", { key: "/nothing_there", byte_size: 64 }),
    ),
    testCase("system_register_without_name", system("/register", { key: "/k", byte_size: 64 })),
    testCase("system_register_without_key", system("/region/r/register", { byte_size: 64 })),
    testCase("system_register_without_size", system("/region/r/register", { key: "/k" })),
    testCase("system_register_empty", system("/region/r/register", "")),
    testCase("system_register_get", system("/region/r/register")),
    testCase("system_unregister", system("/region/r/unregister", "")),
    testCase("system_unregister_all", system("/unregister", "")),
    testCase(
      "cuda_register",
      cuda("/region/r/register", { raw_handle: { b64: "AA==" }, device_id: 0, byte_size: 64 }),
    ),
    testCase("cuda_register_without_name", cuda("/register", {})),
    testCase("cuda_unregister", cuda("/region/r/unregister", "")),
    testCase("cuda_unregister_all", cuda("/unregister", "")),
    testCase("unknown_verb", system("/region/r/other", "")),
    testCase("no_verb", system("/region/r")),
  ],
};
