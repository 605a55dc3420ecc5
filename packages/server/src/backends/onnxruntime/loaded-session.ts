import type { OrtSession } from "../../ffi/ort/ort-session.ts";
import type { OrtTensorInfo } from "../../ffi/ort/ort-tensor-info.ts";
import type { PaddedOutputs } from "./padded-outputs.ts";
import type { SessionSignature } from "./session-signature.ts";

/** A session with what the data plane needs to know of it. Shared by the instances on one device. */
export class LoadedSession {
  readonly session: OrtSession;
  /** Overridable initializers included: requests may give them. */
  readonly inputsByName: ReadonlyMap<string, OrtTensorInfo>;
  readonly outputsByName: ReadonlyMap<string, OrtTensorInfo>;
  /**
   * Outputs whose shape does not follow from the inputs' shapes (it depends on the data, or the model file is wrong
   * about it): memory for them is never prepared in advance. Found out while running; names only ever enter.
   */
  readonly dynamicOutputs: Set<string> = new Set();

  /** Outputs from which padding is cut; null if nothing is padded. */
  readonly paddedOutputs: PaddedOutputs | null;

  constructor(
    session: OrtSession,
    signature: SessionSignature,
    paddedOutputs: PaddedOutputs | null,
  ) {
    this.paddedOutputs = paddedOutputs;
    this.session = session;
    const inputs = [...signature.inputs, ...signature.overridableInitializers];
    this.inputsByName = new Map(inputs.map((info) => [info.name, info]));
    this.outputsByName = new Map(signature.outputs.map((info) => [info.name, info]));
  }
}
