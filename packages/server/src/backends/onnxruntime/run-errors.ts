import type { TritonError } from "@nereid/protocol";

/** The requests of a batch that have failed on their own while the others go on. */
export class RunErrors {
  #errors: (TritonError | undefined)[] | null = null;

  /** The first error of a request counts. */
  fail(requestIndex: number, error: TritonError): void {
    this.#errors ??= [];
    this.#errors[requestIndex] ??= error;
  }

  of(requestIndex: number): TritonError | undefined {
    return this.#errors === null ? undefined : this.#errors[requestIndex];
  }
}
