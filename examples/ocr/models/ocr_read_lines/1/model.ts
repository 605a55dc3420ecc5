import { readFileSync } from "node:fs";
import {
  type ExecuteResult,
  type InferenceRequest,
  type Model,
  type ModelArguments,
  Tensor,
} from "@nereid/server/model";
import { CHARACTER_FILE, installedAssetPath } from "../../../../model-files.ts";
import { classCharacters } from "../../../ctc-decode.ts";
import { cutTextOut } from "../../../detect-text.ts";
import { HostInferClient } from "../../../host-infer-client.ts";
import { asModelError } from "../../../model-errors.ts";
import { readRegions, type TextLine } from "../../../read-text.ts";

/**
 * pixels UINT8 [height, width, 3] and map FP32 [1, 1, height, width] → text BYTES [lines], confidence FP32 [lines], box FP32
 * [boxes, 4, 2] and box_line INT32 [boxes].
 */
export default class ReadLinesModel implements Model {
  #client = new HostInferClient(1);
  #characters: readonly string[] = [];

  /** Reads the characters that text recognition knows. */
  initialize({ modelConfig }: ModelArguments): void {
    const batchSize = modelConfig.parameters?.["line_batch_size"]?.string_value;
    this.#client = new HostInferClient(Number(batchSize ?? 1));
    this.#characters = classCharacters(
      readFileSync(installedAssetPath(CHARACTER_FILE.asset), "utf8"),
    );
  }

  /** A picture that cannot be read fails its own request only. */
  execute(requests: readonly InferenceRequest[]): Promise<readonly ExecuteResult[]> {
    return Promise.all(requests.map((request) => this.#read(request).catch(asModelError)));
  }

  async #read(request: InferenceRequest): Promise<ExecuteResult> {
    const pixels = request.input("pixels");
    const [height = 0, width = 0] = pixels.shape;
    const map = request.input("map");
    const regions = cutTextOut(
      { width, height, pixels: pixels.asUint8() },
      { shape: map.shape, values: map.asFloat32() },
    );
    return { outputs: lineTensors(await readRegions(this.#client, regions, this.#characters)) };
  }
}

function lineTensors(lines: readonly TextLine[]): readonly Tensor[] {
  const confidences = lines.map(({ confidence }) => confidence);
  const boxes = lines.flatMap(({ quads }) => quads);
  const corners = boxes.flatMap((quad) => quad.flatMap(({ x, y }) => [x, y]));
  const boxLines = lines.flatMap(({ quads }, line) => quads.map(() => line));
  return [
    new Tensor(
      "text",
      "BYTES",
      [lines.length],
      lines.map(({ text }) => text),
    ),
    new Tensor("confidence", "FP32", [lines.length], confidences),
    new Tensor("box", "FP32", [boxes.length, 4, 2], corners),
    new Tensor("box_line", "INT32", [boxes.length], boxLines),
  ];
}
