import { NativeHandle } from "../native-handle.ts";
import { readCString } from "../native-strings.ts";
import type { OrtEnvironment } from "./ort-environment.ts";
import { type OrtOtherInfo, type OrtTensorInfo, takeTypeInfo } from "./ort-tensor-info.ts";

/** What a model file says of itself. */
export interface OrtModelMetadata {
  readonly producerName: string;
  readonly graphName: string;
  readonly domain: string;
  readonly description: string;
  readonly version: bigint;
}

type EntriesOf = "Input" | "Output" | "OverridableInitializer";

/**
 * An `OrtSession`: a loaded model, safe to run on several threads at once.
 *
 * Creating and releasing one takes long; see `createOrtSession` for how to keep that off the event loop.
 */
export class OrtSession extends NativeHandle<"ort-session"> {
  readonly environment: OrtEnvironment;
  #inputs: readonly (OrtTensorInfo | OrtOtherInfo)[] | null = null;
  #outputs: readonly (OrtTensorInfo | OrtOtherInfo)[] | null = null;
  #overridableInitializers: readonly (OrtTensorInfo | OrtOtherInfo)[] | null = null;

  /** Takes ownership of the native session. */
  constructor(environment: OrtEnvironment, address: bigint) {
    super("ort-session", address);
    this.environment = environment;
  }

  /** In the order of the model file, without overridable initializers. */
  get inputs(): readonly (OrtTensorInfo | OrtOtherInfo)[] {
    this.#inputs ??= this.#describe("Input");
    return this.#inputs;
  }

  /** In the order of the model file. */
  get outputs(): readonly (OrtTensorInfo | OrtOtherInfo)[] {
    this.#outputs ??= this.#describe("Output");
    return this.#outputs;
  }

  /** Initializers that are also graph inputs: a run may give them or leave them out. */
  get overridableInitializers(): readonly (OrtTensorInfo | OrtOtherInfo)[] {
    this.#overridableInitializers ??= this.#describe("OverridableInitializer");
    return this.#overridableInitializers;
  }

  metadata(): OrtModelMetadata {
    const { library, allocator } = this.environment;
    const { api } = library;
    const metadata = library.word((out) => api.sessionGetModelMetadata(this.address, out));
    try {
      return {
        producerName: this.#takeText((out) =>
          api.modelMetadataGetProducerName(metadata, allocator, out),
        ),
        graphName: this.#takeText((out) => api.modelMetadataGetGraphName(metadata, allocator, out)),
        domain: this.#takeText((out) => api.modelMetadataGetDomain(metadata, allocator, out)),
        description: this.#takeText((out) =>
          api.modelMetadataGetDescription(metadata, allocator, out),
        ),
        version: BigInt.asIntN(
          64,
          library.word((out) => api.modelMetadataGetVersion(metadata, out)),
        ),
      };
    } finally {
      api.releaseModelMetadata(metadata);
    }
  }

  /** Gives the native session away, to be released on another thread. The handle is closed. */
  detach(): bigint {
    return this.takeAddress();
  }

  #describe(entries: EntriesOf): (OrtTensorInfo | OrtOtherInfo)[] {
    const { library, allocator } = this.environment;
    const { api } = library;
    const { address } = this;
    const count = library.size((out) => api[`sessionGet${entries}Count`](address, out));
    return Array.from({ length: count }, (_, index) => {
      const name = this.#takeText((out) =>
        api[`sessionGet${entries}Name`](address, index, allocator, out),
      );
      const typeInfo = library.word((out) =>
        api[`sessionGet${entries}TypeInfo`](address, index, out),
      );
      return takeTypeInfo(library, name, typeInfo);
    });
  }

  /** A C string that the call has allocated. */
  #takeText(call: (out: bigint) => bigint | null): string {
    const { library, allocator } = this.environment;
    const text = library.word(call);
    try {
      return readCString(text);
    } finally {
      library.check(library.api.allocatorFree(allocator, text));
    }
  }

  protected override release(address: bigint): void {
    this.environment.library.api.releaseSession(address);
  }
}
