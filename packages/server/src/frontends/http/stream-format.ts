/** How the answers of an infer request follow each other. */
export type StreamFormat = "ndjson" | "events";

const FORMATS: ReadonlyMap<string, StreamFormat> = new Map([
  ["application/x-ndjson", "ndjson"],
  ["text/event-stream", "events"],
]);

/** The stream that a client accepts, from its Accept header: the first that it names; null if it names none. */
export function acceptedStream(accept: string | undefined): StreamFormat | null {
  for (const element of accept?.split(",") ?? []) {
    const [type, ...parameters] = element.split(";").map((part) => part.trim().toLowerCase());
    const format = FORMATS.get(type ?? "");
    if (format !== undefined && !parameters.some((text) => /^q=0(?:\.0*)?$/.test(text))) {
      return format;
    }
  }
  return null;
}

/** The Content-Type line of a stream. */
export const STREAM_HEADER_LINES: Readonly<Record<StreamFormat, string>> = {
  ndjson: "Content-Type: application/x-ndjson\r\n",
  events: "Content-Type: text/event-stream; charset=utf-8\r\n",
};

const LINE_END = Buffer.from("\n");
const EVENT_START = Buffer.from("data: ");
const EVENT_END = Buffer.from("\n\n");

/** One answer as the stream has it, in memory of its own. @param json without line ends */
export function framed(format: StreamFormat, json: Uint8Array): Uint8Array {
  return Buffer.concat(format === "ndjson" ? [json, LINE_END] : [EVENT_START, json, EVENT_END]);
}
