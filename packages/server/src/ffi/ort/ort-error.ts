import { StatusCode, TritonError } from "@nereid/protocol";
import type { OrtApi } from "./ort-api.gen.ts";

/**
 * Converts an `OrtStatus` and releases it.
 *
 * @returns Internal `onnx runtime error <code>: <message>`
 * @see onnxruntime_backend src/onnxruntime_utils.h, RETURN_IF_ORT_ERROR
 */
export function ortErrorFromStatus(api: OrtApi, status: bigint): TritonError {
  const code = api.getErrorCode(status);
  const message = api.getErrorMessage(status) ?? "";
  api.releaseStatus(status);
  return new TritonError(StatusCode.Internal, `onnx runtime error ${code}: ${message}`);
}
