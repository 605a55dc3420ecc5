/**
 * How often tensors are copied on their way to and from ONNX Runtime, for tests and for whoever looks for what is slow.
 * Views, and what ONNX Runtime copies itself, do not count.
 */
export class CopyStatistics {
  inputCount = 0;
  inputBytes = 0;
  outputCount = 0;
  outputBytes = 0;

  /** The rows of one request were put where the runtime reads them. */
  onInput(byteSize: number): void {
    this.inputCount++;
    this.inputBytes += byteSize;
  }

  /** An output was taken from where the runtime had written it. */
  onOutput(byteSize: number): void {
    this.outputCount++;
    this.outputBytes += byteSize;
  }
}
