import { mkdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { StatusCode, TritonError } from "@nereid/protocol";
import { CHARACTER_FILE, installedAssetPath } from "../model-files.ts";
import { annotateImage } from "./annotate-image.ts";
import { classCharacters } from "./ctc-decode.ts";
import { HttpInferClient } from "./infer-client.ts";
import { readImage } from "./read-image.ts";
import { readText } from "./read-text.ts";
import { readTextOnServer } from "./read-text-on-server.ts";

const USAGE = `Reads the text of an image with the models of examples/models.

npm run example:ocr -- [IMAGE] [--ensemble] [--url URL] [--output FILE]

  IMAGE    a picture (JPEG, PNG, WebP, GIF, AVIF, TIFF); the sample that ships with the example if there is none
  --ensemble has the server do all of it: one request to the ensemble "ocr"
  --url    where the server listens; http://127.0.0.1:8000 unless given
  --output the picture with the lines outlined; examples/output/<name of the image>.png unless given`;

/** What the command line asks for; paths are absolute. */
interface Options {
  readonly image: string;
  readonly url: string;
  readonly output: string;
  /** Whether the server does all of it. */
  readonly isEnsemble: boolean;
}

/** @returns null if help is asked for */
function parseOptions(args: readonly string[]): Options | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h", default: false },
      url: { type: "string", default: "http://127.0.0.1:8000" },
      output: { type: "string" },
      ensemble: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    return null;
  }
  const [given, extra] = positionals;
  if (extra !== undefined) {
    throw new TritonError(StatusCode.InvalidArg, `one image at a time: what is ${extra}?`);
  }
  // npm runs scripts in the repository's root and says here where the user was.
  const userDirectory = process.env["INIT_CWD"] ?? process.cwd();
  const image =
    given === undefined ? join(import.meta.dirname, "sample.jpg") : resolve(userDirectory, given);
  const name = `${basename(image, extname(image))}.png`;
  const output =
    values.output === undefined
      ? join(import.meta.dirname, "..", "output", name)
      : resolve(userDirectory, values.output);
  return { image, url: values.url, output, isEnsemble: values.ensemble };
}

function installedCharacters(): readonly string[] {
  return classCharacters(readFileSync(installedAssetPath(CHARACTER_FILE.asset), "utf8"));
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
    return;
  }
  const client = new HttpInferClient(options.url);
  const image = await readImage(options.image);
  const startMs = performance.now();
  const lines = options.isEnsemble
    ? await readTextOnServer(client, readFileSync(options.image))
    : await readText(client, image, installedCharacters());
  const durationMs = Math.round(performance.now() - startMs);
  for (const { confidence, text } of lines) {
    console.log(`${(100 * confidence).toFixed(1).padStart(5)} %  ${text}`);
  }
  mkdirSync(dirname(options.output), { recursive: true });
  await annotateImage(image, lines, options.output);
  const place = relative(process.cwd(), options.output);
  console.log(`\n${lines.length} lines in ${durationMs} ms; outlined in ${place}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
