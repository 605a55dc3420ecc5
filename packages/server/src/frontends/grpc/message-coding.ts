import { promisify } from "node:util";
import {
  deflate,
  deflateSync,
  gunzip,
  gunzipSync,
  gzip,
  gzipSync,
  inflate,
  inflateSync,
} from "node:zlib";
import { GrpcFailure, GrpcStatus } from "./grpc-status.ts";

/** The codings that messages may have; deflate is the zlib format. */
export type MessageCoding = "identity" | "gzip" | "deflate";

/** `--grpc-infer-response-compression-level`. */
export type CompressionLevel = "none" | "low" | "medium" | "high";

/** Up to this size a message is coded at once; above, in a thread. */
const AT_ONCE_SIZE_MAX = 4 * 1024;
/** A decoded message up to this size may come out at once: compressed data can be a thousand times larger than it looks. */
const AT_ONCE_DECODED_SIZE_MAX = 64 * 1024;
/** Bytes that come back from the thread at a time. */
const CHUNK_SIZE = 256 * 1024;

/** What Node gives with the option `info`: the result, and how much of the input it was made of. */
interface ZlibResult {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** The coding that a name in `grpc-encoding` means, or null. */
export function messageCodingOf(name: string): MessageCoding | null {
  return name === "identity" || name === "gzip" || name === "deflate" ? name : null;
}

/**
 * The coding of the responses to a client that accepts certain ones. The levels choose among the codings, not how hard
 * they try, as in gRPC: gzip first for "low", deflate first above.
 *
 * @param acceptEncoding the value of `grpc-accept-encoding`; empty for none
 * @see gRPC core src/core/lib/compression/compression_internal.cc, CompressionAlgorithmForLevel
 */
export function responseCodingFor(level: CompressionLevel, acceptEncoding: string): MessageCoding {
  if (level === "none") {
    return "identity";
  }
  const accepted = acceptEncoding.split(",").map((name) => name.trim());
  const preferred: readonly MessageCoding[] =
    level === "low" ? ["gzip", "deflate"] : ["deflate", "gzip"];
  return preferred.find((coding) => accepted.includes(coding)) ?? "identity";
}

/**
 * Decodes a message: at once if both forms are small, otherwise in a thread. Unlike content codings of HTTP, nothing may
 * follow the compressed data.
 *
 * Throws, or rejects with, a GrpcFailure: Internal for data that cannot be decoded, ResourceExhausted if more than
 * `sizeMax` bytes come out, of which no more are ever held in memory.
 */
export function decodeMessage(
  coding: Exclude<MessageCoding, "identity">,
  bytes: Uint8Array,
  sizeMax: number,
): Uint8Array | Promise<Uint8Array> {
  if (bytes.byteLength > AT_ONCE_SIZE_MAX) {
    return decodeInThread(coding, bytes, sizeMax);
  }
  const maxOutputLength = Math.min(sizeMax, AT_ONCE_DECODED_SIZE_MAX);
  try {
    return checkedResult(coding, bytes, decodeNow(coding, bytes, maxOutputLength));
  } catch (error) {
    if (isTooLarge(error) && maxOutputLength < sizeMax) {
      return decodeInThread(coding, bytes, sizeMax);
    }
    throw decodingFailure(coding, error, sizeMax);
  }
}

/** Encodes the parts of a message, one after the other, into new memory; null if that would not make it smaller. */
export async function encodeMessage(
  coding: Exclude<MessageCoding, "identity">,
  parts: readonly Uint8Array[],
): Promise<Uint8Array | null> {
  const [first] = parts;
  const plain = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
  const encoded =
    plain.byteLength <= AT_ONCE_SIZE_MAX
      ? encodeNow(coding, plain)
      : await encodeInThread(coding, plain);
  return encoded.byteLength < plain.byteLength ? encoded : null;
}

function encodeNow(coding: Exclude<MessageCoding, "identity">, plain: Uint8Array): Buffer {
  return coding === "gzip" ? gzipSync(plain) : deflateSync(plain);
}

const gzipAsync = promisify(gzip);
const deflateAsync = promisify(deflate);

function encodeInThread(
  coding: Exclude<MessageCoding, "identity">,
  plain: Uint8Array,
): Promise<Buffer> {
  const options = { chunkSize: CHUNK_SIZE };
  return coding === "gzip" ? gzipAsync(plain, options) : deflateAsync(plain, options);
}

function decodeNow(
  coding: Exclude<MessageCoding, "identity">,
  bytes: Uint8Array,
  maxOutputLength: number,
): ZlibResult {
  const options = { maxOutputLength, info: true };
  const result: unknown =
    coding === "gzip" ? gunzipSync(bytes, options) : inflateSync(bytes, options);
  // The option `info` makes it so, which Node's types do not know.
  return result as ZlibResult;
}

const gunzipAsync = promisify(gunzip);
const inflateAsync = promisify(inflate);

async function decodeInThread(
  coding: Exclude<MessageCoding, "identity">,
  bytes: Uint8Array,
  sizeMax: number,
): Promise<Uint8Array> {
  const options = { maxOutputLength: sizeMax, chunkSize: CHUNK_SIZE, info: true };
  try {
    const result: unknown = await (coding === "gzip"
      ? gunzipAsync(bytes, options)
      : inflateAsync(bytes, options));
    // The option `info` makes it so, which Node's types do not know.
    return checkedResult(coding, bytes, result as ZlibResult);
  } catch (error) {
    throw decodingFailure(coding, error, sizeMax);
  }
}

function checkedResult(coding: string, bytes: Uint8Array, result: ZlibResult): Uint8Array {
  if (result.engine.bytesWritten !== bytes.byteLength) {
    throw new Error(`something follows the ${coding} data`);
  }
  return result.buffer;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && Reflect.get(error, "code") === "ERR_BUFFER_TOO_LARGE";
}

function decodingFailure(coding: string, error: unknown, sizeMax: number): GrpcFailure {
  return isTooLarge(error)
    ? new GrpcFailure(
        GrpcStatus.ResourceExhausted,
        `SERVER: Received message larger than max (${sizeMax})`,
      )
    : new GrpcFailure(
        GrpcStatus.Internal,
        `Unexpected error decompressing data for algorithm ${coding}`,
      );
}
