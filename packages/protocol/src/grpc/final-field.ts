import { ResponseTag } from "./infer-tags.ts";
import { parametersSize, writeParameters } from "./write-parameters.ts";

/** The parameter that a stream's responses carry, as a field of the response. */
function encodeFinalField(isFinal: boolean): Uint8Array {
  const parameters = new Map([["triton_final_response", isFinal]]);
  const bytes = new Uint8Array(parametersSize(parameters));
  writeParameters(bytes, 0, ResponseTag.Parameters, parameters);
  return bytes;
}

const FINAL = encodeFinalField(true);
const NOT_FINAL = encodeFinalField(false);

/** The field that says whether a response on a stream is the last to its request. Not to be changed. @internal */
export function finalField(isFinal: boolean): Uint8Array {
  return isFinal ? FINAL : NOT_FINAL;
}
