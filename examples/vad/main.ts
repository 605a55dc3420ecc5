import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { StatusCode, TritonError } from "@nereid/protocol";
import { audioChunks, CHUNK_SAMPLES, RATE_HZ } from "./audio-chunks.ts";
import { plainSpeech } from "./plain-loop.ts";
import { prepareVad } from "./prepare.ts";
import { type SpeechSegment, SpeechSegmenter, speechSegments } from "./speech-segments.ts";
import { streamSpeech } from "./stream-speech.ts";
import { startVadServer } from "./vad-server.ts";
import { decodeWav } from "./wav-file.ts";

const USAGE = `Finds speech in a recording, which is streamed to the server ${CHUNK_SAMPLES} samples at a time: one gRPC stream, one
sequence, whose state stays in the server. Then compares with a loop over ONNX Runtime that keeps the state itself.

npm run example:vad -- [WAV] [--address HOST:PORT]

  WAV        16-bit samples at ${RATE_HZ} Hz; the sample that ships with the example if there is none
  --address  of the gRPC service of a server that has examples/vad/models; one is started if there is none`;

const SEQUENCE_ID = 1n;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h", default: false },
      address: { type: "string" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const [given, extra] = positionals;
  if (extra !== undefined) {
    throw new TritonError(StatusCode.InvalidArg, `one recording at a time: what is ${extra}?`);
  }
  // npm runs scripts in the repository's root and says here where the user was.
  const userDirectory = process.env["INIT_CWD"] ?? process.cwd();
  const path =
    given === undefined ? join(import.meta.dirname, "sample.wav") : resolve(userDirectory, given);
  const { rateHz, samples } = decodeWav(readFileSync(path));
  if (rateHz !== RATE_HZ) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `${path} has ${rateHz} samples a second, expected ${RATE_HZ}`,
    );
  }
  const model = prepareVad();
  if (values.address !== undefined) {
    await detect(values.address, model, samples);
    return;
  }
  const server = await startVadServer();
  try {
    await detect(server.address, model, samples);
  } finally {
    await server.stop();
  }
}

async function detect(address: string, model: string, samples: Float32Array): Promise<void> {
  const segmenter = new SpeechSegmenter();
  const probabilities: number[] = [];
  const startMs = performance.now();
  for await (const probability of streamSpeech({
    address,
    sequenceId: SEQUENCE_ID,
    chunks: audioChunks(samples),
  })) {
    probabilities.push(probability);
    print(segmenter.add(probability));
  }
  print(segmenter.finish());
  const durationMs = performance.now() - startMs;
  console.log(
    `\n${(samples.length / RATE_HZ).toFixed(2)} s of sound in ${probabilities.length} chunks, heard in ${durationMs.toFixed(0)} ms`,
  );
  const plain = await plainSpeech(model, audioChunks(samples));
  compare(probabilities, plain);
  console.log(
    `A plain ONNX Runtime loop gives the same ${plain.length} probabilities, bit for bit, and the same ` +
      `${speechSegments(plain).length} segments.`,
  );
}

function print(segment: SpeechSegment | null): void {
  if (segment !== null) {
    const { startS, endS } = segment;
    console.log(
      `speech from ${startS.toFixed(2).padStart(6)} s to ${endS.toFixed(2).padStart(6)} s`,
    );
  }
}

function compare(served: readonly number[], plain: readonly number[]): void {
  const index = plain.findIndex((probability, at) => probability !== served[at]);
  if (index >= 0 || served.length !== plain.length) {
    throw new Error(
      `chunk ${index} differs: ${served[index]} from the server, ${plain[index]} without`,
    );
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
