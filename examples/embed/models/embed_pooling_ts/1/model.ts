import {
  type ExecuteResult,
  type InferenceRequest,
  type Model,
  Tensor,
} from "@nereid/server/model";
import { poolSentences } from "../../../pool-sentences.ts";

/** last_hidden_state FP32 [texts, length, width] and attention_mask INT64 [texts, length] → embedding FP32 [texts, width]. */
export default class PoolingModel implements Model {
  /** Request by request: their lengths may differ. */
  execute(requests: readonly InferenceRequest[]): readonly ExecuteResult[] {
    return requests.map((request) => {
      const hidden = request.input("last_hidden_state");
      const { shape, vectors } = poolSentences({
        shape: hidden.shape,
        features: hidden.asFloat32(),
        mask: request.input("attention_mask").asInt64(),
      });
      return { outputs: [new Tensor("embedding", "FP32", shape, vectors)] };
    });
  }
}
