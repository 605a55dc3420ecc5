import {
  type Datatype,
  datatypeByteSize,
  datatypeFromDataType,
  elementCount,
  type ModelConfig,
  type ModelSequenceBatching_State,
  StatusCode,
  TritonError,
} from "@nereid/protocol";

/** Bytes of one state of one sequence at its start. */
export const STATE_BYTES_MAX: number = 2 ** 31;

/** A tensor that a sequence's requests hand on to each other, and what it is before the first one. */
export interface SequenceStateSpec {
  readonly inputName: string;
  readonly outputName: string;
  readonly datatype: Datatype;
  /** At the start of a sequence: the full shape, with one row if the model batches. */
  readonly shape: readonly number[];
  /** Packed elements of that shape, or null for zeros or empty strings. */
  readonly initialBytes: Uint8Array | null;
}

type InitialState = ModelSequenceBatching_State["initialState"][number];

/** What the configuration's states are read from and reported to. */
export interface SequenceStateSources {
  readonly config: ModelConfig;
  /** Reads a file of the model's folder `initial_state`. */
  readonly readFile: (name: string) => Promise<Uint8Array>;
  readonly warn: (message: string) => void;
}

/**
 * The implicit states of a configuration; of two states with one input or one output, the first counts.
 *
 * Dimensions of any size start as 1, or as what the initial state says. Without an initial state, the real server's model
 * sees whatever lay in the memory; here it sees zeros.
 *
 * @throws {TritonError} InvalidArg; what `readFile` throws
 * @see Triton core src/sequence_batch_scheduler/sequence_batch_scheduler.cc, GenerateInitialStateData, and
 *   src/sequence_state.cc, SequenceStates::Initialize
 */
export async function compileSequenceStates(
  sources: SequenceStateSources,
): Promise<readonly SequenceStateSpec[]> {
  const { config, warn } = sources;
  if (config.schedulingChoice.case !== "sequenceBatching") {
    return [];
  }
  const states = new Map<string, SequenceStateSpec>();
  const initialised = new Set<string>();
  const outputs = new Set<string>();
  for (const state of config.schedulingChoice.value.state) {
    const { inputName, outputName } = state;
    const spec = await compileState(sources, state, initialised);
    if (states.has(inputName)) {
      warn(duplicateWarning("input_name", inputName));
    } else if (outputs.has(outputName)) {
      warn(duplicateWarning("output_name", outputName));
    } else {
      states.set(inputName, spec);
      outputs.add(outputName);
    }
  }
  return [...states.values()];
}

function duplicateWarning(field: string, name: string): string {
  return `Detected duplicate '${field}' in the state configuration: '${name}.' This state configuration will be ignored.`;
}

function invalid(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}

async function compileState(
  sources: SequenceStateSources,
  state: ModelSequenceBatching_State,
  initialised: Set<string>,
): Promise<SequenceStateSpec> {
  const { inputName, outputName, initialState } = state;
  const [initial] = initialState;
  if (initialState.length > 1) {
    throw invalid(
      `initial_state field for state input '${inputName}' must contain exactly one or zero element. ` +
        `Found '${initialState.length}' elements.`,
    );
  }
  if (initial !== undefined) {
    checkInitialState(state, initial, initialised);
  }
  checkMemory(state);
  const { config } = sources;
  const datatype = datatypeFromDataType(state.dataType);
  if (datatype === null) {
    throw invalid(
      `state '${inputName}' of model '${config.name}' has an unknown data type: ${state.dataType}`,
    );
  }
  const dims = (initial?.dims ?? state.dims).map((dim) => (dim === -1n ? 1 : Number(dim)));
  const shape = config.maxBatchSize > 0 ? [1, ...dims] : dims;
  const byteSize = elementCount(shape) * (datatype === "BYTES" ? 4 : datatypeByteSize(datatype));
  if (!(byteSize >= 0 && byteSize <= STATE_BYTES_MAX)) {
    throw invalid(
      `state '${inputName}' of model '${config.name}' takes ${byteSize} bytes, 0 to ${STATE_BYTES_MAX} are supported`,
    );
  }
  const initialBytes =
    initial === undefined
      ? null
      : await readInitialBytes(sources, { inputName, initial, datatype, byteSize });
  return { inputName, outputName, datatype, shape, initialBytes };
}

function checkInitialState(
  { inputName, dataType, dims }: ModelSequenceBatching_State,
  initial: InitialState,
  initialised: Set<string>,
): void {
  if (initial.dataType !== dataType) {
    throw invalid(
      `The data type used for 'initial_state' field of state '${inputName}' does not match the state data type.`,
    );
  }
  if (initial.name === "") {
    throw invalid(
      `Field 'name' must be set when using initial_state for state input '${inputName}'.`,
    );
  }
  if (initialised.has(inputName)) {
    throw invalid(`State input name '${inputName}' specified more than once.`);
  }
  initialised.add(inputName);
  if (initial.dims.length !== dims.length) {
    throw invalid(
      "Number of dimensions in 'initial_state' doesn't match the size of 'state' dimensions for state input " +
        `'${inputName}'. ${initial.dims.length} != ${dims.length}`,
    );
  }
  for (const [index, dim] of initial.dims.entries()) {
    const stateDim = dims[index];
    if (dim === -1n) {
      throw invalid(
        `'initial_state' field for state input name '${inputName}' contains variable dimensions.`,
      );
    }
    if (stateDim !== -1n && dim !== stateDim) {
      throw invalid(
        `'initial_state' dim for input name '${inputName}' doesn't match 'state' dim description. ${dim} != ${stateDim}`,
      );
    }
  }
}

/** The real server loads such a model, and then fails its every request. */
function checkMemory(state: ModelSequenceBatching_State): void {
  if (!state.useGrowableMemory) {
    return;
  }
  const { inputName } = state;
  throw invalid(
    state.useSameBufferForInputOutput
      ? "'use_growable_memory' can only work with KIND_GPU model instances right now. Please either change the instance " +
          `type to KIND_GPU or set 'use_growable_memory' to false for state input '${inputName}'.`
      : `In order to 'use_growable_memory', you must also enable 'use_single_buffer' for state input name '${inputName}'.`,
  );
}

/** @returns the elements, packed; null for zeros */
async function readInitialBytes(
  { readFile }: SequenceStateSources,
  state: {
    readonly inputName: string;
    readonly initial: InitialState;
    readonly datatype: Datatype;
    readonly byteSize: number;
  },
): Promise<Uint8Array | null> {
  const { inputName, initial, datatype, byteSize } = state;
  switch (initial.stateData.case) {
    case "zeroData":
      return null;
    case "dataFile": {
      const file = initial.stateData.value;
      const content = await readFile(file);
      if (datatype === "BYTES") {
        return content;
      }
      if (content.byteLength < byteSize) {
        // The missing blank is the real server's.
        throw invalid(
          `initial_state setting expects ${byteSize} bytes, but the data provided from ${file}only has ` +
            `${content.byteLength} bytes.`,
        );
      }
      return content.subarray(0, byteSize);
    }
    case undefined:
      throw invalid(`initial_state setting expects state'${inputName}' to have state_data set`);
  }
}
