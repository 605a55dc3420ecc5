import { join } from "node:path";
import { preparePython } from "../../tools/python-environment.ts";

/** One way to serve the same embedding. */
export interface EmbeddingVariant {
  readonly model: string;
  readonly language: "TypeScript" | "Python";
  /** Models that it needs besides the encoder. */
  readonly parts: readonly string[];
}

/** The model that all variants share. */
export const ENCODER_MODEL = "embed_encoder";

/** An ensemble and a model that calls the encoder, in each language. */
export const EMBEDDING_VARIANTS: readonly EmbeddingVariant[] = [
  {
    model: "embed_ts",
    language: "TypeScript",
    parts: ["embed_tokenizer_ts", "embed_pooling_ts"],
  },
  { model: "embed_bls_ts", language: "TypeScript", parts: [] },
  { model: "embed_py", language: "Python", parts: ["embed_tokenizer_py", "embed_pooling_py"] },
  { model: "embed_bls_py", language: "Python", parts: [] },
];

/**
 * The interpreter for the models in Python, made when it is first asked for (half a minute, from the package index).
 *
 * @throws {Error} with what to install, if it cannot be made
 */
export function embeddingPython(): Promise<string> {
  return preparePython({
    file: join(import.meta.dirname, "python", "requirements.txt"),
    modules: ["numpy", "tokenizers"],
  });
}
