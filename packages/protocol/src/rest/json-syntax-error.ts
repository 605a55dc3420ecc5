import { StatusCode } from "../status-code.ts";
import { TritonError } from "../triton-error.ts";

/** What can be wrong with JSON text, in the words of rapidjson 1.1. */
export type JsonSyntaxFault =
  | "The document is empty."
  | "The document root must not be followed by other values."
  | "Invalid value."
  | "Missing a name for object member."
  | "Missing a colon after a name of object member."
  | "Missing a comma or '}' after an object member."
  | "Missing a comma or ']' after an array element."
  | "Incorrect hex digit after \\u escape in string."
  | "The surrogate pair in string is invalid."
  | "Invalid escape character in string."
  | "Missing a closing quotation mark in string."
  | "Number too big to be stored in double."
  | "Miss fraction part in number."
  | "Miss exponent in number.";

/**
 * The error for malformed JSON. Internal, which is status 500 over HTTP, as in the real server.
 *
 * @param offset bytes from the start of the JSON text
 * @see Triton common include/triton/common/triton_json.h, Parse
 */
export function jsonSyntaxError(fault: JsonSyntaxFault, offset: number): TritonError {
  return new TritonError(
    StatusCode.Internal,
    `failed to parse the request JSON buffer: ${fault} at ${offset}`,
  );
}
