import { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";

/** A response with one UINT8 output of these bytes. */
export function responseOf(bytes: Uint8Array): InferenceResponse {
  return InferenceResponse.ok([new Tensor("OUT", "UINT8", [bytes.byteLength], bytes, null)]);
}

/** A clock that stands still until it is set; timers end when they are told to. */
export class HandClock {
  time = 0;
  readonly timers = new Set<() => void>();

  nowNs(): number {
    return this.time;
  }

  epochMs(): number {
    return this.time / 1e6;
  }

  setTimer(_delayMs: number, callback: () => void): () => void {
    this.timers.add(callback);
    return () => {
      this.timers.delete(callback);
    };
  }

  /** Ends every timer. */
  ring(): void {
    const due = [...this.timers];
    this.timers.clear();
    for (const callback of due) {
      callback();
    }
  }
}
