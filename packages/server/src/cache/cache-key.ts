import { createHash, hash } from "node:crypto";
import type { ParameterValue } from "@nereid/protocol";
import type { ModelSpec } from "../model/model-spec.ts";
import type { InferenceRequest } from "../model/request.ts";

/** Requests whose description and inputs fit into this are hashed in one call. */
const SCRATCH_BYTES = 16 * 1024;
/** Input bytes hashed without giving the event loop a turn: about 2 ms of work. */
export const HASH_TURN_BYTES_MAX: number = 1 << 20;

const ALGORITHM = "sha256";
const ENCODING = "base64url";

/**
 * Makes the keys of one model version's requests: a SHA-256 over everything that an answer can depend on. Nobody can make
 * two requests with one key, so a hit needs no comparison.
 *
 * In it are the version (by the given identity), and of the request the inputs present, their shapes and bytes, the outputs
 * asked for and the custom parameters. Names and datatypes of inputs follow from the version. Not in it are the request's
 * id, its priority and its timeout. The real server's key is the name, the version, and the names and bytes of the inputs
 * only: it answers a request with what was cached for the same bytes in another shape.
 */
export class CacheKeys {
  readonly #model: ModelSpec;
  /** What all keys of the version begin with. */
  readonly #prefix: Buffer;
  readonly #scratch: Buffer;

  /** @param identity text that no other version shares with which entries must not be shared */
  constructor(model: ModelSpec, identity: string) {
    this.#model = model;
    const description = JSON.stringify([
      identity,
      model.name,
      model.versionText,
      model.inputs.map(({ name, datatype }) => [name, datatype]),
    ]);
    this.#prefix = createHash(ALGORITHM).update(description).digest();
    this.#scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
    this.#prefix.copy(this.#scratch);
  }

  /** The key of a request that has been checked against the model, or null if it has too many bytes for one turn. */
  keyOf(request: InferenceRequest): string | null {
    const byteSize = inputByteSize(request);
    if (byteSize > HASH_TURN_BYTES_MAX) {
      return null;
    }
    const description = this.#describe(request);
    const end = this.#prefix.byteLength + description.byteLength + byteSize;
    return end <= SCRATCH_BYTES
      ? this.#hashAtOnce(request, description)
      : this.#hashInParts(request, description);
  }

  /**
   * The key of any request, hashed a part a turn.
   *
   * @param turn resolves when the event loop has had a turn
   */
  async keyInTurns(request: InferenceRequest, turn: () => Promise<void>): Promise<string> {
    const hasher = createHash(ALGORITHM).update(this.#prefix).update(this.#describe(request));
    for (const bytes of this.#inputs(request)) {
      for (let start = 0; start < bytes.byteLength; start += HASH_TURN_BYTES_MAX) {
        await turn();
        hasher.update(bytes.subarray(start, start + HASH_TURN_BYTES_MAX));
      }
    }
    return hasher.digest(ENCODING);
  }

  #hashAtOnce(request: InferenceRequest, description: Buffer): string {
    const scratch = this.#scratch;
    let end = this.#prefix.byteLength;
    end += description.copy(scratch, end);
    for (const bytes of this.#inputs(request)) {
      scratch.set(bytes, end);
      end += bytes.byteLength;
    }
    return hash(ALGORITHM, scratch.subarray(0, end), ENCODING);
  }

  #hashInParts(request: InferenceRequest, description: Buffer): string {
    const hasher = createHash(ALGORITHM).update(this.#prefix).update(description);
    for (const bytes of this.#inputs(request)) {
      hasher.update(bytes);
    }
    return hasher.digest(ENCODING);
  }

  /** The bytes of the inputs in the model's order. */
  #inputs(request: InferenceRequest): Uint8Array[] {
    const { inputs } = this.#model;
    const [first] = request.inputs;
    if (inputs.length === 1 && first !== undefined) {
      return [first.bytes];
    }
    const bytes: Uint8Array[] = [];
    for (const { name } of inputs) {
      const tensor = request.inputs.find((input) => input.name === name);
      if (tensor !== undefined) {
        bytes.push(tensor.bytes);
      }
    }
    return bytes;
  }

  /** Everything but the inputs' bytes. Says where each ends, so that no two requests have one description and one content. */
  #describe({ inputs: tensors, requestedOutputs, parameters }: InferenceRequest): Buffer {
    let text = "";
    for (const { name } of this.#model.inputs) {
      const tensor = tensors.find((input) => input.name === name);
      text += tensor === undefined ? "-;" : `${tensor.shape.join()}:${tensor.bytes.byteLength};`;
    }
    if (requestedOutputs !== null) {
      text += JSON.stringify(requestedOutputs);
    }
    if (parameters !== null) {
      text += describeParameters(parameters);
    }
    return Buffer.from(text);
  }
}

function inputByteSize({ inputs }: InferenceRequest): number {
  let byteSize = 0;
  for (const { bytes } of inputs) {
    byteSize += bytes.byteLength;
  }
  return byteSize;
}

/** Whatever their order. */
function describeParameters(parameters: ReadonlyMap<string, ParameterValue>): string {
  const entries = [...parameters]
    .map(([key, value]) => [key, typeof value, String(value)])
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  return `?${JSON.stringify(entries)}`;
}
