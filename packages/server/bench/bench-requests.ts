import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeInferRequest, type ParameterValue } from "@nereid/protocol";

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
  /** INT64 from 0 to below this, instead of FP32. */
  readonly integersBelow?: number;
  /** Whether it has the parameters of a sequence, which the generator writes over. */
  readonly isOfSequence?: boolean;
}

const PIXEL_MAX = 255;

const SEQUENCE_PARAMETERS: readonly (readonly [string, ParameterValue])[] = [
  ["sequence_id", 1_000_000_000n],
  ["sequence_start", false],
  ["sequence_end", false],
];

/** Pseudo-random values in [0, 1) from a fixed seed, each through `valueFor`. */
function pseudoRandom(count: number, valueFor: (random: number) => number): Float64Array {
  let state = 1;
  return new Float64Array(count).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return valueFor(state / 2 ** 32);
  });
}

function createValues(options: BenchRequestOptions): Float32Array | BigInt64Array {
  const { shape, isImage = false, integersBelow } = options;
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (integersBelow !== undefined) {
    const values = pseudoRandom(count, (random) => Math.floor(random * integersBelow));
    return BigInt64Array.from(values, (value) => BigInt(value));
  }
  const pixel = (random: number): number => Math.floor(random * (PIXEL_MAX + 1)) / PIXEL_MAX;
  return Float32Array.from(pseudoRandom(count, isImage ? pixel : (random) => random));
}

/** Writes one request of FP32 values in [0, 1), or of integers, pseudo-random from a fixed seed. */
export function writeBenchRequest(
  directory: string,
  name: string,
  options: BenchRequestOptions,
): BenchRequest {
  const { input, output, shape, isBinary, integersBelow, isOfSequence = false } = options;
  const datatype = integersBelow === undefined ? "FP32" : "INT64";
  const bytes = new Uint8Array(createValues(options).buffer);
  const { body, headerSize } = encodeInferRequest({
    id: "",
    inputs: [{ name: input, datatype, shape, bytes, isBinary }],
    outputs: [{ name: output, isBinary, classCount: 0 }],
    parameters: new Map(isOfSequence ? SEQUENCE_PARAMETERS : []),
  });
  const bodyFile = join(directory, `${name}.body`);
  writeFileSync(bodyFile, body);
  const headers = [`Content-Type: ${isBinary ? "application/octet-stream" : "application/json"}`];
  if (headerSize !== null) {
    headers.push(`Inference-Header-Content-Length: ${headerSize}`);
  }
  return { bodyFile, headers };
}
