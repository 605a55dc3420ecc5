import { posix } from "node:path";
import {
  type Datatype,
  datatypeByteSize,
  datatypeFromDataType,
  type ModelConfig,
  type ModelWarmup,
  type ModelWarmup_Input,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Random } from "../base/random.ts";
import type { ModelFiles } from "../config/model-files.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import { InferenceRequest, type ResponseSender } from "../model/request.ts";
import { Tensor } from "../model/tensor.ts";
import { prepareRequest } from "./prepare-request.ts";

/** Where the files of warm-up data are, in the model directory. */
const FOLDER = "warmup";
/** Bytes of an empty BYTES element: its length. */
const EMPTY_STRING_BYTES = 4;
/** Bytes of one input; a sample is meant to warm a model up, not to fill the memory. */
export const WARM_UP_INPUT_BYTES_MAX: number = 2 ** 31;

/** Requests that a model runs as one batch, some times, before it is ready. */
export interface WarmUpSample {
  readonly name: string;
  /** At least 1. */
  readonly runCount: number;
  /** New requests for one run: their tensors share the sample's memory, which is only read. */
  createRequests(sender: ResponseSender, nowNs: number): readonly InferenceRequest[];
}

/** What samples are made from. */
export interface WarmUpSources {
  readonly config: ModelConfig;
  readonly spec: ModelSpec;
  readonly files: ModelFiles;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * Makes the samples that the configuration's `model_warmup` asks for, and checks their requests like a client's. A sample
 * with batch size 0 is left out.
 *
 * @throws {TritonError} with the real server's text
 * @see Triton core src/backend_model_instance.cc `GenerateWarmupData`
 */
export async function createWarmUpSamples(
  sources: WarmUpSources,
): Promise<readonly WarmUpSample[]> {
  const samples: WarmUpSample[] = [];
  for (const setting of sources.config.modelWarmup) {
    if (setting.batchSize === 0) {
      sources.log.verbose(1, `Skipping batch 0 warmup sample '${setting.name}'`);
      continue;
    }
    sources.log.verbose(1, `Generating warmup sample data for '${setting.name}'`);
    samples.push(await createSample(sources, setting));
  }
  return samples;
}

async function createSample(sources: WarmUpSources, setting: ModelWarmup): Promise<WarmUpSample> {
  const { spec } = sources;
  const inputs: Tensor[] = [];
  /** What the model's configuration does not name: control inputs and states, which no client sends. */
  const overrides: Tensor[] = [];
  const settings = Object.entries(setting.inputs);
  for (const [name, input] of settings) {
    checkDims(name, input);
  }
  for (const [name, input] of settings) {
    const isOriginal = spec.inputsByName.has(name);
    (isOriginal ? inputs : overrides).push(await createTensor(sources, name, input));
  }
  const create = (sender: ResponseSender, nowNs: number): InferenceRequest => {
    const request = new InferenceRequest(spec, sender, nowNs);
    request.inputs = inputs;
    prepareRequest(request);
    request.overrideInputs = overrides.length === 0 ? null : overrides;
    request.queueStartNs = nowNs;
    return request;
  };
  // What is wrong with a request is known before anything runs.
  create({ send: () => {} }, sources.clock.nowNs());
  return {
    name: setting.name,
    runCount: Math.max(1, setting.count),
    createRequests: (sender, nowNs) =>
      Array.from({ length: setting.batchSize }, () => create(sender, nowNs)),
  };
}

function checkDims(name: string, { dims }: ModelWarmup_Input): void {
  if (dims.some((dim) => dim < 0n)) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `warmup setting expects all variable-size dimensions are specified for input '${name}'`,
    );
  }
}

async function createTensor(
  sources: WarmUpSources,
  name: string,
  input: ModelWarmup_Input,
): Promise<Tensor> {
  const { spec } = sources;
  const datatype = datatypeFromDataType(input.dataType);
  if (datatype === null) {
    const expected = spec.inputsByName.get(name)?.datatype ?? "<invalid>";
    throw invalid(
      `inference input '${name}' data-type is '<invalid>', but model '${spec.name}' expects '${expected}'`,
    );
  }
  const dims = input.dims.map(Number);
  const elementBytes = datatype === "BYTES" ? EMPTY_STRING_BYTES : datatypeByteSize(datatype);
  const byteSize = dims.reduce((product, dim) => product * dim, elementBytes);
  if (byteSize > WARM_UP_INPUT_BYTES_MAX) {
    throw invalid(
      `warmup setting of input '${name}' asks for ${byteSize} bytes, at most ${WARM_UP_INPUT_BYTES_MAX} are supported`,
    );
  }
  const bytes = await createBytes(sources, name, input, { datatype, byteSize });
  const shape = spec.batchSizeMax > 0 ? [1, ...dims] : dims;
  return new Tensor(name, datatype, shape, bytes, null);
}

async function createBytes(
  { files, random, spec }: WarmUpSources,
  name: string,
  { inputDataType }: ModelWarmup_Input,
  { datatype, byteSize }: { readonly datatype: Datatype; readonly byteSize: number },
): Promise<Uint8Array> {
  switch (inputDataType.case) {
    case "zeroData":
      return new Uint8Array(byteSize);
    case "randomData":
      return randomBytes(random, datatype, byteSize);
    case "inputDataFile": {
      const file = inputDataType.value;
      const path = posix.normalize(`${FOLDER}/${file}`);
      if (path.startsWith("..")) {
        throw invalid(
          `warmup data file '${file}' of input '${name}' is outside the directory of model '${spec.name}'`,
        );
      }
      const content = await files.read(path);
      if (datatype === "BYTES") {
        return content;
      }
      if (content.byteLength < byteSize) {
        // The missing blank is the real server's.
        throw invalid(
          `warmup setting expects ${byteSize} bytes, but the data provided from ${file}only has ${content.byteLength} bytes`,
        );
      }
      return content.subarray(0, byteSize);
    }
    case undefined:
      throw invalid(`warmup setting expects input '${name}' to have input_data_type set`);
  }
}

/** Strings are empty, and truth values are 0 or 1: other bytes would be none. */
function randomBytes(random: Random, datatype: Datatype, byteSize: number): Uint8Array {
  const bytes = new Uint8Array(byteSize);
  if (datatype !== "BYTES") {
    random.fill(bytes);
  }
  if (datatype === "BOOL") {
    for (let index = 0; index < byteSize; index++) {
      bytes[index] = (bytes[index] ?? 0) & 1;
    }
  }
  return bytes;
}

/** The requests of the samples have no id. */
function invalid(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, `[request id: <id_unknown>] ${message}`);
}
