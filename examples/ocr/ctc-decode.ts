import { StatusCode, TritonError } from "@nereid/protocol";

/** What a line says. */
export interface DecodedText {
  readonly text: string;
  /** Mean probability of its characters, 0 if there are none. */
  readonly confidence: number;
}

/** The class that means "no character here". */
const BLANK = 0;

/**
 * The character of each class: nothing for the blank, the lines of the character file, and the space last.
 *
 * @param characterFile one character a line
 */
export function classCharacters(characterFile: string): readonly string[] {
  return ["", ...characterFile.replace(/\n$/, "").split("\n"), " "];
}

/**
 * Greedy CTC decoding of one item: at each step along the line the most probable class; repetitions without a blank
 * between them are one character.
 *
 * @param probabilities `[steps, characters]`
 * @throws {TritonError} InvalidArg if the probabilities are not a whole number of steps
 */
export function decodeCtc(probabilities: Float32Array, characters: readonly string[]): DecodedText {
  const classCount = characters.length;
  if (probabilities.length % classCount !== 0) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `${probabilities.length} probabilities are not steps of ${classCount} classes: is the character file the model's?`,
    );
  }
  let text = "";
  let sum = 0;
  let count = 0;
  let previous = BLANK;
  for (let start = 0; start < probabilities.length; start += classCount) {
    const best = largestIndex(probabilities, start, start + classCount);
    if (best - start !== BLANK && best - start !== previous) {
      text += characters[best - start] ?? "";
      sum += probabilities[best] ?? 0;
      count++;
    }
    previous = best - start;
  }
  return { text, confidence: count === 0 ? 0 : sum / count };
}

function largestIndex(values: Float32Array, start: number, end: number): number {
  let best = start;
  for (let index = start + 1; index < end; index++) {
    // Both are in range: start <= best < index < end.
    if ((values[index] as number) > (values[best] as number)) {
      best = index;
    }
  }
  return best;
}
