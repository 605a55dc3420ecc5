import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { bertModel, writeModel } from "@nereid/onnx-writer";
import { StatusCode, TritonError } from "@nereid/protocol";
import { writeIfChanged } from "../write-if-changed.ts";
import { TOKENS_MAX } from "./sentence-tokenizer.ts";
import { wordPieceTokenizer } from "./word-piece.ts";

/** The model repository of this example, complete once it is prepared. */
export const EMBEDDING_MODELS: string = join(import.meta.dirname, "models");

/** Features of the encoder that we write, as the configurations say it. */
const WIDTH = 384;

/** Models that read the tokenizer. */
const TOKENIZING_MODELS = [
  "embed_tokenizer_ts",
  "embed_tokenizer_py",
  "embed_bls_ts",
  "embed_bls_py",
] as const;
const ENSEMBLES = ["embed_ts", "embed_py"] as const;

/**
 * Completes the repository: an encoder of the size of all-MiniLM-L6 (six layers of 384 features) whose weights are noise, always
 * the same, and its tokenizer. A second call finds the encoder there.
 *
 * @param repository the folder that holds the models; their configurations and programs are there already
 */
export function prepareEmbedding(repository: string = EMBEDDING_MODELS): void {
  const { json, size } = wordPieceTokenizer();
  placeTokenizer(repository, Buffer.from(json));
  const target = encoderPath(repository);
  if (!existsSync(target)) {
    const partial = `${target}.${process.pid}.partial`;
    writeModel(
      partial,
      bertModel({ layers: 6, hidden: WIDTH, heads: 12, vocabulary: size, positions: TOKENS_MAX }),
    );
    renameSync(partial, target);
  }
}

/**
 * Makes a repository of the same models around an encoder of Hugging Face.
 *
 * @param source a model directory: tokenizer.json, config.json with `hidden_size`, and model.onnx (in it or in its folder `onnx`)
 *   that takes input_ids, attention_mask and token_type_ids and answers last_hidden_state
 * @param folder where repositories are made
 * @returns the repository
 * @throws {TritonError} NotFound if a file is missing, InvalidArg if config.json says no size
 */
export function prepareEmbeddingOf(
  source: string,
  folder: string = join(import.meta.dirname, "..", "output"),
): string {
  const model = existingFile(source, "onnx/model.onnx", "model.onnx");
  const tokenizer = existingFile(source, "tokenizer.json");
  const width = hiddenSize(existingFile(source, "config.json"));
  const repository = join(folder, `embedding-${basename(resolve(source))}`);
  rmSync(repository, { recursive: true, force: true });
  for (const name of readdirSync(EMBEDDING_MODELS)) {
    const from = join(EMBEDDING_MODELS, name);
    const to = join(repository, name);
    mkdirSync(join(to, "1"), { recursive: true });
    const config = readFileSync(join(from, "config.pbtxt"), "utf8");
    writeIfChanged(
      join(to, "config.pbtxt"),
      Buffer.from(config.replaceAll(String(WIDTH), String(width))),
    );
    for (const file of ["model.ts", "model.py"].filter((file) =>
      existsSync(join(from, "1", file)),
    )) {
      // Links, so that what the programs import is found from where they are.
      symlinkSync(join(from, "1", file), join(to, "1", file));
    }
  }
  placeTokenizer(repository, readFileSync(tokenizer));
  cpSync(model, encoderPath(repository));
  if (existsSync(`${model}_data`)) {
    cpSync(`${model}_data`, `${encoderPath(repository)}_data`);
  }
  return repository;
}

function placeTokenizer(repository: string, bytes: Uint8Array): void {
  for (const model of TOKENIZING_MODELS) {
    writeIfChanged(join(repository, model, "1", "tokenizer.json"), bytes);
  }
  for (const ensemble of ENSEMBLES) {
    // A version without files, which git does not keep.
    mkdirSync(join(repository, ensemble, "1"), { recursive: true });
  }
}

function encoderPath(repository: string): string {
  return join(repository, "embed_encoder", "1", "model.onnx");
}

function existingFile(folder: string, ...names: readonly string[]): string {
  for (const name of names) {
    const path = join(folder, name);
    if (existsSync(path)) {
      return path;
    }
  }
  throw new TritonError(
    StatusCode.NotFound,
    `${folder} is no Hugging Face model directory with an ONNX export: it has no ${names.join(" or ")}`,
  );
}

function hiddenSize(path: string): number {
  // Whatever it is, only a whole number is taken.
  const { hidden_size: size } = JSON.parse(readFileSync(path, "utf8")) as { hidden_size?: unknown };
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 1) {
    throw new TritonError(StatusCode.InvalidArg, `${path} does not say hidden_size`);
  }
  return size;
}
