import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonDocument,
  StatusCode,
  TritonError,
} from "@nereid/protocol";

/**
 * The JSON object of a request body; null for an empty body. What is no object counts as an empty one: its members are
 * simply not found, as in the real server.
 *
 * @param sizeMax bytes a body may have
 * @throws {TritonError} Internal for malformed JSON, InvalidArg if it is too large
 */
export function readJsonBody(body: Uint8Array, sizeMax: number): JsonObject | null {
  return body.byteLength === 0 ? null : readRequiredJsonBody(body, sizeMax);
}

/** `readJsonBody` where an empty body is malformed JSON. */
export function readRequiredJsonBody(body: Uint8Array, sizeMax: number): JsonObject {
  if (body.byteLength > sizeMax) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `request JSON size of ${body.byteLength} bytes exceeds the maximum allowed input size of ${sizeMax} bytes. ` +
        "Use --http-max-input-size to increase the limit.",
    );
  }
  const value = parseJsonDocument(body);
  return isJsonObject(value) ? value : new Map();
}

/** @throws {TritonError} Internal if the value is no string */
export function expectString(value: JsonValue): string {
  if (typeof value !== "string") {
    throw wrongType("attempt to access JSON non-string as string");
  }
  return value;
}

/** @throws {TritonError} Internal if the value is no boolean */
export function expectBoolean(value: JsonValue): boolean {
  if (typeof value !== "boolean") {
    throw wrongType("attempt to access JSON non-boolean as boolean");
  }
  return value;
}

/** @throws {TritonError} Internal if the value is no integer from 0 to 2^64-1 */
export function expectUnsigned(value: JsonValue): bigint {
  if (typeof value !== "bigint" || value < 0n) {
    throw wrongType("attempt to access JSON non-unsigned-integer as unsigned-integer");
  }
  return value;
}

function wrongType(message: string): TritonError {
  return new TritonError(StatusCode.Internal, message);
}
