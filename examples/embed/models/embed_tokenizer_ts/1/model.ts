import { join } from "node:path";
import {
  type ExecuteResult,
  type InferenceRequest,
  type Model,
  type ModelArguments,
  splitBatch,
  stackBatch,
  Tensor,
} from "@nereid/server/model";
import { SentenceTokenizer } from "../../../sentence-tokenizer.ts";

/** text BYTES [texts, 1] → input_ids, attention_mask and token_type_ids INT64 [texts, length]. */
export default class TokenizerModel implements Model {
  #tokenizer: SentenceTokenizer | null = null;

  /** Reads the tokenizer. */
  initialize({ versionDirectory }: ModelArguments): void {
    this.#tokenizer = new SentenceTokenizer(join(versionDirectory, "tokenizer.json"));
  }

  /** The texts of all requests get one length: the encoder can then batch them again. */
  execute(requests: readonly InferenceRequest[]): readonly ExecuteResult[] {
    const rows = this.#tokenizer?.encode(stackBatch(requests, "text").asStrings());
    if (rows === undefined) {
      throw new Error("execute comes after initialize");
    }
    const ids = splitBatch(new Tensor("input_ids", "INT64", rows.shape, rows.ids), requests);
    const mask = splitBatch(new Tensor("attention_mask", "INT64", rows.shape, rows.mask), requests);
    const types = splitBatch(
      new Tensor("token_type_ids", "INT64", rows.shape, rows.types),
      requests,
    );
    return requests.map((_, index) => ({
      outputs: [ids, mask, types].flatMap((tensors) => tensors[index] ?? []),
    }));
  }
}
