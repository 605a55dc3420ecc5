import { randomFillSync } from "node:crypto";

/** Randomness, injected wherever it matters so that tests and simulations own it. */
export interface Random {
  /** Fills all of it with random bytes. */
  fill(bytes: Uint8Array): void;
}

/** The system's own. */
export const systemRandom: Random = {
  fill: (bytes) => {
    randomFillSync(bytes);
  },
};
