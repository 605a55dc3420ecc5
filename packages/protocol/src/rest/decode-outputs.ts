import { type DecodedInferRequest, RequestedOutput } from "./decoded-infer-request.ts";
import { NameSet } from "./name-set.ts";
import {
  alreadyExistsError,
  internalError,
  invalidError,
  requireBinaryData,
  requireClassCount,
  requireText,
  sharedMemoryOf,
} from "./request-checks.ts";
import { ABSENT, type OutputScan, type RequestScan } from "./request-scan.ts";

/**
 * Checks the requested outputs and adds them to the request.
 *
 * @throws {TritonError} Internal or InvalidArg with the real server's text
 * @see Triton server src/http_server.cc, ParseJsonTritonIO
 * @internal
 */
export function decodeOutputs(request: DecodedInferRequest, scan: RequestScan): void {
  if (!scan.hasOutputs) {
    return;
  }
  if (scan.outputs === null) {
    throw internalError("Unable to parse 'outputs': attempt to access JSON non-array as array");
  }
  const names = new NameSet();
  for (const outputScan of scan.outputs) {
    checkConflicts(outputScan);
    const name = requireText("name", { isGiven: outputScan.hasName, text: outputScan.name });
    if (!names.add(name)) {
      throw alreadyExistsError(request, { kind: "output", name });
    }
    request.outputs.push(decodeOutput(name, outputScan));
  }
}

/** @see Triton server src/http_server.cc, ValidateOutputParameter */
function checkConflicts({ parameters }: OutputScan): void {
  if (parameters === null || !parameters.hasRegion) {
    return;
  }
  if (parameters.classification !== ABSENT) {
    throw invalidError("Output can't set both 'shared_memory_region' and 'classification'");
  }
  if (requireBinaryData(parameters, "set")) {
    throw invalidError("Output can't set both 'shared_memory_region' and 'binary_data'");
  }
}

function decodeOutput(name: string, { parameters }: OutputScan): RequestedOutput {
  if (parameters === null) {
    return new RequestedOutput(name, false, 0, null);
  }
  const classCount = requireClassCount(parameters);
  const sharedMemory = sharedMemoryOf(parameters);
  return sharedMemory === null
    ? new RequestedOutput(name, requireBinaryData(parameters, "parse"), classCount, null)
    : new RequestedOutput(name, false, 0, sharedMemory);
}
