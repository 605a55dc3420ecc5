/** One thing wrong with a text, at a place counted as protobuf does: from 1, in bytes, a tab reaching to the next multiple of 8. */
export interface TextFormatProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A text that is no message of its type. What the reader throws, and all that it throws. */
export class TextFormatError extends Error {
  override readonly name = "TextFormatError";
  /** In the order in which they were met; never empty. */
  readonly problems: readonly TextFormatProblem[];
  /** The problems as libprotobuf logs them: `Error parsing text-format inference.ModelConfig: 1:4: …`. */
  readonly lines: readonly string[];

  constructor(typeName: string, problems: readonly TextFormatProblem[]) {
    const lines = problems.map(
      ({ line, column, message }) =>
        `Error parsing text-format ${typeName}: ${line}:${column}: ${message}`,
    );
    super(lines.join("\n"));
    this.problems = problems;
    this.lines = lines;
  }
}
