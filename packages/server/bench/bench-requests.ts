import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeInferRequest } from "@nereid/protocol";

/** A request body on disk, as the load generator takes it. */
export interface BenchRequest {
  readonly bodyFile: string;
  readonly headers: readonly string[];
}

export interface BenchRequestOptions {
  readonly input: string;
  readonly output: string;
  readonly shape: readonly number[];
  /** Binary in and out, otherwise JSON in and out. */
  readonly isBinary: boolean;
  /** Whether the values are those of pixels, 256 different ones; otherwise hardly two are alike. */
  readonly isImage?: boolean;
}

const PIXEL_MAX = 255;

/** Writes one FP32 request, its values pseudo-random in [0, 1) from a fixed seed. */
export function writeBenchRequest(
  directory: string,
  name: string,
  options: BenchRequestOptions,
): BenchRequest {
  const { input, output, shape, isBinary, isImage = false } = options;
  const values = new Float32Array(shape.reduce((count, dim) => count * dim, 1));
  let state = 1;
  for (let index = 0; index < values.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const value = state / 2 ** 32;
    values[index] = isImage ? Math.floor(value * (PIXEL_MAX + 1)) / PIXEL_MAX : value;
  }
  const { body, headerSize } = encodeInferRequest({
    id: "",
    inputs: [
      { name: input, datatype: "FP32", shape, bytes: new Uint8Array(values.buffer), isBinary },
    ],
    outputs: [{ name: output, isBinary, classCount: 0 }],
    parameters: new Map(),
  });
  const bodyFile = join(directory, `${name}.body`);
  writeFileSync(bodyFile, body);
  const headers = [`Content-Type: ${isBinary ? "application/octet-stream" : "application/json"}`];
  if (headerSize !== null) {
    headers.push(`Inference-Header-Content-Length: ${headerSize}`);
  }
  return { bodyFile, headers };
}
