import {
  type ExecuteResult,
  type InferenceRequest,
  type Model,
  Tensor,
} from "@nereid/server/model";
import { detectionInput } from "../../../detection-input.ts";
import { asModelError } from "../../../model-errors.ts";
import { decodeImage } from "../../../read-image.ts";

/** image BYTES [1] → pixels UINT8 [height, width, 3] and x FP32 [1, 3, height, width]. */
export default class DetectionInputModel implements Model {
  /** A picture that cannot be decoded fails its own request only. */
  execute(requests: readonly InferenceRequest[]): Promise<readonly ExecuteResult[]> {
    return Promise.all(requests.map((request) => prepareImage(request).catch(asModelError)));
  }
}

async function prepareImage(request: InferenceRequest): Promise<ExecuteResult> {
  const [bytes = new Uint8Array()] = request.input("image").asByteStrings();
  const image = await decodeImage(bytes, "the input");
  const x = await detectionInput(image);
  return {
    outputs: [
      new Tensor("pixels", "UINT8", [image.height, image.width, 3], image.pixels),
      new Tensor("x", "FP32", x.shape, x.values),
    ],
  };
}
