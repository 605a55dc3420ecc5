import { Client, type ClientDuplexStream, credentials } from "@grpc/grpc-js";
import {
  decodeModelStreamInferResponse,
  encodeModelInferRequest,
  type GrpcClientInferRequest,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import { CHUNK_SAMPLES, CONTEXT_SAMPLES, RATE_HZ } from "./audio-chunks.ts";
import { VAD_MODEL } from "./prepare.ts";

/** Chunks that are on their way at once. A microphone would not send the next one before it has heard it. */
const IN_FLIGHT_MAX = 16;

/** What a stream is about. */
export interface SpeechStream {
  /** `<host>:<port>` of the server's gRPC service. */
  readonly address: string;
  /** Tells the sound from others that the server hears at the same time. */
  readonly sequenceId: bigint;
  readonly chunks: Iterable<Float32Array<ArrayBuffer>>;
}

/**
 * Streams chunks as one sequence and gives the probability of speech in each, as the answers come.
 *
 * @throws {TritonError} if the server answers with an error, or the call fails
 */
export async function* streamSpeech(stream: SpeechStream): AsyncGenerator<number> {
  const client = new Client(stream.address, credentials.createInsecure());
  const call = client.makeBidiStreamRequest<Uint8Array, Buffer>(
    "/inference.GRPCInferenceService/ModelStreamInfer",
    (bytes) => Buffer.from(bytes),
    (bytes) => bytes,
  );
  try {
    yield* converse(call, stream);
  } catch (error) {
    throw error instanceof TritonError
      ? error
      : new TritonError(StatusCode.Unavailable, "the stream has failed", { cause: error });
  } finally {
    // Whatever the call still has to say is about nobody's stream any more.
    call.on("error", () => {});
    call.cancel();
    client.close();
  }
}

/** Sends chunks, some ahead of their answers, until the last has been answered. */
async function* converse(
  call: ClientDuplexStream<Uint8Array, Buffer>,
  { sequenceId, chunks }: SpeechStream,
): AsyncGenerator<number> {
  const requests = requestsOf(sequenceId, chunks);
  let inFlightCount = 0;
  /** Returns whether there was a chunk left. */
  const sendNext = (): boolean => {
    const { value } = requests.next();
    if (value === undefined) {
      call.end();
      return false;
    }
    call.write(encodeModelInferRequest(value));
    inFlightCount++;
    return true;
  };
  while (inFlightCount < IN_FLIGHT_MAX && sendNext()) {
    // Fills the window.
  }
  if (inFlightCount === 0) {
    return;
  }
  for await (const message of call) {
    // The call's own type of what it reads is any; its deserializer gives buffers.
    yield probabilityOf(message as Buffer);
    inFlightCount--;
    if (!sendNext() && inFlightCount === 0) {
      return;
    }
  }
  throw new TritonError(StatusCode.Internal, "the stream has ended before its last answer");
}

/** The first chunk starts the sequence, the last one ends it. */
function* requestsOf(
  sequenceId: bigint,
  chunks: Iterable<Float32Array<ArrayBuffer>>,
): Generator<GrpcClientInferRequest, undefined> {
  let isStart = true;
  let held: Float32Array<ArrayBuffer> | null = null;
  for (const chunk of chunks) {
    if (held !== null) {
      yield requestOf(sequenceId, held, { isStart, isEnd: false });
      isStart = false;
    }
    held = chunk;
  }
  if (held !== null) {
    yield requestOf(sequenceId, held, { isStart, isEnd: true });
  }
  return undefined;
}

function requestOf(
  sequenceId: bigint,
  chunk: Float32Array<ArrayBuffer>,
  { isStart, isEnd }: { readonly isStart: boolean; readonly isEnd: boolean },
): GrpcClientInferRequest {
  const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const rate = new Uint8Array(BigInt64Array.of(BigInt(RATE_HZ)).buffer);
  return {
    modelName: VAD_MODEL,
    modelVersion: "",
    id: "",
    inputs: [
      { name: "input", datatype: "FP32", shape: [1, CONTEXT_SAMPLES + CHUNK_SAMPLES], bytes },
      { name: "sr", datatype: "INT64", shape: [1], bytes: rate },
    ],
    outputs: [],
    parameters: new Map<string, bigint | boolean>([
      ["sequence_id", sequenceId],
      ["sequence_start", isStart],
      ["sequence_end", isEnd],
    ]),
  };
}

function probabilityOf(message: Buffer): number {
  const { errorMessage, response } = decodeModelStreamInferResponse(message);
  if (errorMessage !== "") {
    throw new TritonError(StatusCode.Internal, errorMessage);
  }
  const output = response.outputs.find(({ name }) => name === "output");
  if (output === undefined || output.bytes.byteLength !== Float32Array.BYTES_PER_ELEMENT) {
    throw new TritonError(StatusCode.Internal, `the answer of ${VAD_MODEL} is not one probability`);
  }
  const { buffer, byteOffset } = output.bytes;
  return new DataView(buffer, byteOffset).getFloat32(0, true);
}
