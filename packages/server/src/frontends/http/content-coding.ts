import { promisify } from "node:util";
import { constants, deflate, deflateSync, gzip, gzipSync, unzip, unzipSync } from "node:zlib";
import { StatusCode, TritonError } from "@nereid/protocol";
import { decodeLeadingGzipMember } from "./gzip-member.ts";

/** The content codings that requests and answers may have; deflate is the zlib format. */
export type ContentCoding = "identity" | "gzip" | "deflate";

/** Up to this size data is coded at once; above, in a thread. */
const AT_ONCE_SIZE_MAX = 4 * 1024;
/** Decoded data up to this size may come out at once: compressed data can be a thousand times larger than it looks. */
const AT_ONCE_DECODED_SIZE_MAX = 64 * 1024;
/** Bytes that come back from the thread at a time. */
const CHUNK_SIZE = 256 * 1024;

const unzipInThread = promisify(unzip);
const gzipInThread = promisify(gzip);
const deflateInThread = promisify(deflate);

/**
 * The coding of a request, from its Content-Encoding. The value is taken verbatim, as by the real server: one word, in
 * lower case. An empty one is no word that it knows.
 *
 * @throws {TritonError} Unsupported for every other word; the answer then has `Accept-Encoding: gzip, deflate`
 * @see Triton server src/http_server.cc, GetRequestCompressionType
 */
export function requestCoding(contentEncoding: string): ContentCoding {
  switch (contentEncoding) {
    case "gzip":
    case "deflate":
      return contentEncoding;
    case "identity":
      return "identity";
    default:
      throw new TritonError(StatusCode.Unsupported, "Unsupported compression type");
  }
}

/**
 * The coding of an answer, from the request's Accept-Encoding: the one with the largest weight among those known, the
 * first of several; an element that is not well-formed counts for nothing, and so does `*`.
 *
 * @see Triton server src/http_server.cc, CompressionTypeUsed
 */
export function responseCoding(acceptEncoding: string): ContentCoding {
  let chosen: ContentCoding = "identity";
  let chosenWeight = 0;
  for (const element of acceptEncoding.split(",")) {
    const text = element.replace(/^ +/, "");
    const weightStart = text.indexOf(";q=");
    const name = weightStart < 0 ? text : text.slice(0, weightStart);
    const weight = weightStart < 0 ? 1 : parseWeight(text.slice(weightStart + 3));
    if (isContentCoding(name) && weight > chosenWeight) {
      chosen = name;
      chosenWeight = weight;
    }
  }
  return chosen;
}

function isContentCoding(name: string): name is ContentCoding {
  return name === "identity" || name === "gzip" || name === "deflate";
}

/** Reads as much of a text as is a number, like C's strtod; 0 if nothing is, or if it is out of range. */
function parseWeight(text: string): number {
  const match = /^[ \t\n\v\f\r]*([+-]?)(inf|\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)/i.exec(
    text,
  );
  if (match === null) {
    return 0;
  }
  const isInfinite = match[2]?.toLowerCase() === "inf";
  const magnitude = isInfinite ? Number.POSITIVE_INFINITY : Number(match[2]);
  if (!isInfinite && !Number.isFinite(magnitude)) {
    return 0;
  }
  return match[1] === "-" ? -magnitude : magnitude;
}

/**
 * Decodes a body. As in the real server, gzip and zlib data are told apart by their first bytes, not by the coding.
 *
 * @param sizeMax most bytes that may come out: nothing larger is ever held in memory
 * @returns new memory
 * @throws {TritonError} InvalidArg if the body is empty or more than `sizeMax` comes out, Internal if the data is broken
 *   or incomplete (which the real server takes for what it could read)
 * @see Triton server src/data_compressor.h, DecompressData
 */
export async function decodeContent(
  coding: Exclude<ContentCoding, "identity">,
  body: Uint8Array,
  sizeMax: number,
): Promise<Uint8Array> {
  if (body.byteLength === 0) {
    throw new TritonError(StatusCode.InvalidArg, "nothing to be decompressed");
  }
  const atOnceSizeMax = Math.min(sizeMax, AT_ONCE_DECODED_SIZE_MAX);
  if (body.byteLength <= AT_ONCE_SIZE_MAX) {
    try {
      return unzipSync(body, { maxOutputLength: atOnceSizeMax });
    } catch (error) {
      if (!isTooLarge(error)) {
        return decodeWithoutRest(coding, body, sizeMax, error);
      }
      if (atOnceSizeMax === sizeMax) {
        throw decodingError(coding, error, sizeMax);
      }
    }
  }
  try {
    return await unzipInThread(body, { maxOutputLength: sizeMax, chunkSize: CHUNK_SIZE });
  } catch (error) {
    return decodeWithoutRest(coding, body, sizeMax, error);
  }
}

/**
 * Decodes data that has bytes after its end, which the real server does not look at.
 *
 * @param cause why all of it cannot be decoded
 */
async function decodeWithoutRest(
  coding: ContentCoding,
  body: Uint8Array,
  sizeMax: number,
  cause: unknown,
): Promise<Uint8Array> {
  let decoded: Uint8Array | null = null;
  try {
    decoded = isTooLarge(cause) ? null : await decodeLeadingGzipMember(body, sizeMax);
  } catch {
    // The data itself is broken: the first error says it best.
  }
  if (decoded === null) {
    throw decodingError(coding, cause, sizeMax);
  }
  return decoded;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && Reflect.get(error, "code") === "ERR_BUFFER_TOO_LARGE";
}

function decodingError(coding: ContentCoding, error: unknown, sizeMax: number): TritonError {
  if (isTooLarge(error)) {
    return new TritonError(
      StatusCode.InvalidArg,
      `Decompressed data size exceeds the maximum allowed value of ${sizeMax} bytes. Use --http-max-input-size to increase the limit.`,
    );
  }
  return new TritonError(
    StatusCode.Internal,
    "encountered inconsistent stream state during decompression",
    { cause: new Error(`${coding} data cannot be decoded`, { cause: error }) },
  );
}

/**
 * Encodes the parts of a body, one after the other, into new memory.
 *
 * @throws {TritonError} InvalidArg if there are no bytes
 * @see Triton server src/data_compressor.h, CompressData
 */
export async function encodeContent(
  coding: Exclude<ContentCoding, "identity">,
  parts: readonly Uint8Array[],
): Promise<Uint8Array> {
  const [first] = parts;
  const body = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
  if (body.byteLength === 0) {
    throw new TritonError(StatusCode.InvalidArg, "nothing to be compressed");
  }
  if (body.byteLength <= AT_ONCE_SIZE_MAX) {
    return coding === "gzip" ? gzipSync(body) : deflateSync(body);
  }
  const options = { level: constants.Z_DEFAULT_COMPRESSION, chunkSize: CHUNK_SIZE };
  return coding === "gzip" ? gzipInThread(body, options) : deflateInThread(body, options);
}
