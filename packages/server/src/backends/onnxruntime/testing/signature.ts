import { OrtElementType } from "../../../ffi/ort/ort-element-type.ts";
import type { OrtTensorInfo } from "../../../ffi/ort/ort-tensor-info.ts";
import type { SessionSignature } from "../session-signature.ts";

/** A tensor of a session, FP32 unless stated; -1 for symbolic sizes. */
export function tensorInfo(
  name: string,
  shape: readonly number[],
  elementType: number = OrtElementType.Float,
): OrtTensorInfo {
  const symbols = shape.map((dim, index) => (dim === -1 ? `d${index}` : ""));
  return { name, elementType, shape, symbols };
}

/** A session's signature without overridable initializers, unless they are given. */
export function signature(
  inputs: readonly OrtTensorInfo[],
  outputs: readonly OrtTensorInfo[],
  overridableInitializers: readonly OrtTensorInfo[] = [],
): SessionSignature {
  return { inputs, outputs, overridableInitializers };
}

/** Keeps what is logged, as `<level>: <message>`. */
export class RecordingLogger {
  readonly lines: string[] = [];

  info(message: string): void {
    this.lines.push(`info: ${message}`);
  }

  warning(message: string): void {
    this.lines.push(`warning: ${message}`);
  }

  error(message: string): void {
    this.lines.push(`error: ${message}`);
  }

  verbose(): void {}

  isVerbose(): boolean {
    return false;
  }

  block(heading: string): void {
    this.lines.push(`block: ${heading}`);
  }
}
