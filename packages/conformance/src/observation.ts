import { gunzipSync, inflateSync } from "node:zlib";
import type { HttpOutcome } from "./http-exchange.ts";
import type { Look, Mask } from "./look.ts";

/**
 * What was seen of one step, ready to be recorded: nothing in it changes from run to run.
 *
 * `text` is the body, or its JSON part when a binary tail follows; a body that is not UTF-8 is in `base64` instead.
 * Compressed bodies are recorded decompressed, with their Content-Encoding among the headers.
 */
export interface Observation {
  /**
   * HTTP status, or gRPC status by name; or `closed` (no answer), `silent` (none in time), `died` (nor is there a
   * server), `exit <code>`.
   */
  readonly status: number | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly base64?: string;
  /** The binary tail behind the JSON part, base64. */
  readonly tail?: string;
  /** Of requests on their way at the same time: how many of them were answered before this one. */
  readonly order?: number;
  /** The messages of a gRPC stream, as JSON. */
  readonly messages?: readonly string[];
}

/** The status of a case that could not be run; its text says why. */
export const NOT_RUN = "not run";

const HEADERS = [
  "content-type",
  "content-encoding",
  "accept-encoding",
  "inference-header-content-length",
  "endpoint-load-metrics",
  "allow",
];

/** Masks for what no two installations share: places in ONNX Runtime's sources, where backends lie. */
const MASKS_ALWAYS: readonly Mask[] = [
  [/\/[^\s'"]*\/backends\b/g, "<backends>"],
  [/[\w./-]*onnxruntime[\w./-]*\/[\w.-]+\.(?:cc|h|hpp|cpp):\d+/g, "<source>"],
  // Some texts have the file without its folder.
  [/(?<=\b\w+\.cc:)\d+\b/g, "<line>"],
];

/** Turns what came over the wire into an observation. `masks` come before those of the step. */
export function observeOutcome(
  outcome: HttpOutcome,
  look: Look,
  masks: readonly Mask[],
): Observation {
  if (outcome.kind !== "answer") {
    return { status: outcome.kind };
  }
  const headers: Record<string, string> = {};
  for (const name of HEADERS) {
    const value = outcome.headers.get(name);
    if (value !== undefined) {
      headers[name] = value;
    }
  }
  const body = decompress(outcome.body, outcome.headers.get("content-encoding"));
  const jsonLength = outcome.headers.get("inference-header-content-length");
  const split = jsonLength === undefined ? body.byteLength : Number(jsonLength);
  const text = decodeUtf8(body.subarray(0, split));
  const tail = body.subarray(split);
  return {
    status: outcome.status,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(text === null
      ? { base64: Buffer.from(body.subarray(0, split)).toString("base64") }
      : text === ""
        ? {}
        : { text: maskedText(text, look, masks) }),
    ...(tail.byteLength === 0 ? {} : { tail: Buffer.from(tail).toString("base64") }),
  };
}

/** An observation of a server that ended. */
export function observeExit(
  exit: { readonly code: number | null; readonly output: string },
  look: Look,
  masks: readonly Mask[],
): Observation {
  const text = maskedText(exit.output, look, masks);
  return { status: `exit ${exit.code ?? "by signal"}`, ...(text === "" ? {} : { text }) };
}

/** An observation of log messages; status `logged`, or `not logged` if there are none. */
export function observeLog(
  messages: readonly string[],
  look: Look,
  masks: readonly Mask[],
): Observation {
  return messages.length === 0
    ? { status: "not logged" }
    : { status: "logged", text: maskedText(messages.join("\n"), look, masks) };
}

/** A text with what changes from run to run replaced. `masks` come before those of the look. */
export function maskedText(text: string, look: Look, masks: readonly Mask[]): string {
  let result = text;
  for (const [pattern, replacement] of [...masks, ...MASKS_ALWAYS, ...(look.masks ?? [])]) {
    result = result.replace(pattern, replacement);
  }
  return look.anyLineOrder === true ? result.split("\n").sort().join("\n") : result;
}

function decompress(body: Uint8Array, encoding: string | undefined): Uint8Array {
  if (encoding === "gzip") {
    return gunzipSync(body);
  }
  return encoding === "deflate" ? inflateSync(body) : body;
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Not UTF-8: the caller records the bytes.
    return null;
  }
}
