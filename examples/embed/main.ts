import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { embedTexts, largestDifference, similarity } from "./embed-texts.ts";
import { type EmbeddingServer, startEmbeddingServer } from "./embedding-server.ts";
import { EMBEDDING_MODELS, prepareEmbedding, prepareEmbeddingOf } from "./prepare.ts";

const USAGE = `Serves a sentence encoder four ways, embeds some sentences with each, and compares.

npm run example:embed -- [SENTENCE …] [--model DIRECTORY]

  --model  a Hugging Face model directory with an ONNX export; an encoder whose weights are noise unless given`;

const SENTENCES = [
  "A man is playing a guitar",
  "A woman is playing a violin",
  "The man plays his guitar in the street",
  "It will rain in the north tomorrow",
  "Tomorrow there will be snow and rain",
];

/** How far the variants may be apart. */
const DIFFERENCE_MAX = 1e-5;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h", default: false },
      model: { type: "string" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const sentences = positionals.length === 0 ? SENTENCES : positionals;
  prepareEmbedding();
  // npm runs scripts in the repository's root and says here where the user was.
  const userDirectory = process.env["INIT_CWD"] ?? process.cwd();
  const repository =
    values.model === undefined
      ? EMBEDDING_MODELS
      : prepareEmbeddingOf(resolve(userDirectory, values.model));
  console.log(
    "Starting; the first time, a Python environment is made, which takes half a minute …",
  );
  const server = await startEmbeddingServer(repository);
  try {
    await compareVariants(server, sentences);
  } finally {
    await server.stop();
  }
}

async function compareVariants(
  { url, variants, whyWithoutPython }: EmbeddingServer,
  sentences: readonly string[],
): Promise<void> {
  if (whyWithoutPython !== null) {
    console.log(`Left out: embed_py and embed_bls_py (${whyWithoutPython}).`);
  }
  const reference = await embedTexts({ url, model: "embed_ts", texts: sentences });
  console.log();
  for (const [row, sentence] of sentences.entries()) {
    const cells = sentences.map((_, column) =>
      similarity(vectorAt(reference, row), vectorAt(reference, column)).toFixed(2).padStart(6),
    );
    console.log(`${cells.join("")}   ${sentence}`);
  }
  console.log();
  for (const { model, language, parts } of variants) {
    const startMs = performance.now();
    const vectors = await embedTexts({ url, model, texts: sentences });
    const durationMs = performance.now() - startMs;
    const difference = largestDifference(reference, vectors);
    if (!(difference <= DIFFERENCE_MAX)) {
      throw new Error(`${model} differs by ${difference}`);
    }
    const kind = `${parts.length === 0 ? "calls the encoder" : "ensemble"} in ${language}`;
    console.log(
      `${model.padEnd(14)}${kind.padEnd(32)}${durationMs.toFixed(1).padStart(6)} ms   differs by ${difference.toExponential(1)}`,
    );
  }
  console.log(`\nAll ${variants.length} variants agree to ${DIFFERENCE_MAX}.`);
}

function vectorAt(vectors: readonly Float32Array[], index: number): Float32Array {
  return vectors[index] ?? new Float32Array();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
