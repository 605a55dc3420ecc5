import { join } from "node:path";
import {
  type ExecuteResult,
  host,
  type InferenceRequest,
  type Model,
  type ModelArguments,
  splitBatch,
  stackBatch,
  Tensor,
} from "@nereid/server/model";
import { poolSentences } from "../../../pool-sentences.ts";
import { SentenceTokenizer } from "../../../sentence-tokenizer.ts";

/** text BYTES [texts, 1] → embedding FP32 [texts, width]: tokenizes, calls the encoder once for a batch, and pools. */
export default class EmbeddingModel implements Model {
  #tokenizer: SentenceTokenizer | null = null;

  /** Reads the tokenizer. */
  initialize({ versionDirectory }: ModelArguments): void {
    this.#tokenizer = new SentenceTokenizer(join(versionDirectory, "tokenizer.json"));
  }

  /** One call of the encoder for all requests. */
  async execute(requests: readonly InferenceRequest[]): Promise<readonly ExecuteResult[]> {
    const rows = this.#tokenizer?.encode(stackBatch(requests, "text").asStrings());
    if (rows === undefined) {
      throw new Error("execute comes after initialize");
    }
    const encoded = await host.infer({
      modelName: "embed_encoder",
      inputs: [
        new Tensor("input_ids", "INT64", rows.shape, rows.ids),
        new Tensor("attention_mask", "INT64", rows.shape, rows.mask),
        new Tensor("token_type_ids", "INT64", rows.shape, rows.types),
      ],
      requestedOutputs: ["last_hidden_state"],
    });
    const hidden = encoded.output("last_hidden_state");
    const { shape, vectors } = poolSentences({
      shape: hidden.shape,
      features: hidden.asFloat32(),
      mask: rows.mask,
    });
    const embeddings = splitBatch(new Tensor("embedding", "FP32", shape, vectors), requests);
    return embeddings.map((embedding) => ({ outputs: [embedding] }));
  }
}
