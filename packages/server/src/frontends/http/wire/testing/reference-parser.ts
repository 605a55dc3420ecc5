/** What a stream of bytes means, by the reference: the requests, and whether what follows them is nothing, a part, or broken. */
export interface ReferenceOutcome {
  readonly requests: readonly string[];
  readonly end: "complete" | "incomplete" | "fault";
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const FIELD = "[\\t\\x20-\\x7e\\x80-\\xff]*";
const HEAD = new RegExp(
  "^(?:\\r\\n)*([A-Z_-]{1,32}) ([\\x21-\\x7e\\x80-\\xff]+) HTTP/1\\.([01])\\r\\n" +
    `((?:${TOKEN}:${FIELD}\\r\\n)*)\\r\\n`,
);
const QUOTED =
  '"(?:[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"';
const CHUNK_LINE = new RegExp(
  `^([0-9A-Fa-f]{1,16})(?:;${TOKEN}(?:=(?:${TOKEN}|${QUOTED}))?)*\\r\\n`,
);
const TRAILERS = new RegExp(`^(?:${TOKEN}:${FIELD}\\r\\n)*\\r\\n`);
const TARGET = /^(?:\/|https?:\/\/[^/?#])/i;
const HOST = /^[0-9A-Za-z\-._~!$&'()*+,;=:[\]%]*$/;

type Part<T> = T | "incomplete" | "fault";

interface Head {
  readonly line: string;
  readonly size: number;
  /** -1: chunked. */
  readonly bodySize: number;
  readonly isLast: boolean;
}

/**
 * Reads a whole stream of requests the slow and obvious way: no state, no pieces, one regular expression a thing. It knows
 * no limits but those of the grammar.
 */
export function parseReference(input: string): ReferenceOutcome {
  const requests: string[] = [];
  let rest = input;
  for (;;) {
    rest = rest.replace(/^(?:\r\n)+/, "");
    if (rest === "") {
      return { requests, end: "complete" };
    }
    const head = parseHead(rest);
    if (typeof head === "string") {
      return { requests, end: head };
    }
    const afterHead = rest.slice(head.size);
    const body = head.bodySize < 0 ? parseChunked(afterHead) : parseSized(afterHead, head.bodySize);
    if (typeof body === "string") {
      return { requests, end: body };
    }
    requests.push(`${head.line} ${body.content}`.trimEnd());
    if (head.isLast) {
      return { requests, end: "complete" };
    }
    rest = afterHead.slice(body.size);
  }
}

function parseHead(text: string): Part<Head> {
  const match = HEAD.exec(text);
  if (match === null) {
    return text.includes("\r\n\r\n") ? "fault" : "incomplete";
  }
  const [whole, method = "", target = "", minor = "", lines = ""] = match;
  const headers = lines
    .split("\r\n")
    .slice(0, -1)
    .map((line) => {
      const colon = line.indexOf(":");
      return { name: line.slice(0, colon).toLowerCase(), value: trim(line.slice(colon + 1)) };
    });
  const valuesOf = (name: string): string[] =>
    headers.filter((header) => header.name === name).map((header) => header.value);
  const isTarget = TARGET.test(target) || (target === "*" && method === "OPTIONS");
  const hosts = valuesOf("host");
  const bodySize = bodySizeOf(valuesOf("content-length"), valuesOf("transfer-encoding"), minor);
  if (!isTarget || method === "CONNECT" || hosts.length > 1 || bodySize === null) {
    return "fault";
  }
  if (hosts.some((host) => !HOST.test(host))) {
    return "fault";
  }
  const options = valuesOf("connection").flatMap((value) =>
    value.toLowerCase().split(",").map(trim),
  );
  const isKept = !options.includes("close") && (minor === "1" || options.includes("keep-alive"));
  const decoded = Buffer.from(target, "latin1").toString("utf8");
  return { line: `${method} ${decoded} 1.${minor}`, size: whole.length, bodySize, isLast: !isKept };
}

/** The size of the body, -1 for a chunked one, null if the headers are not allowed. */
function bodySizeOf(lengths: string[], codings: string[], minor: string): number | null {
  if (codings.length > 0) {
    const isChunked = codings.length === 1 && codings[0]?.toLowerCase() === "chunked";
    return isChunked && lengths.length === 0 && minor === "1" ? -1 : null;
  }
  const [length = "0"] = lengths;
  const isLength = lengths.length <= 1 && /^[0-9]+$/.test(length);
  return isLength && Number(length) <= Number.MAX_SAFE_INTEGER ? Number(length) : null;
}

function trim(text: string): string {
  return text.replace(/^[\t ]+/, "").replace(/(?<![\t ])[\t ]+$/, "");
}

function parseSized(text: string, size: number): Part<{ content: string; size: number }> {
  return text.length < size ? "incomplete" : { content: text.slice(0, size), size };
}

function parseChunked(text: string): Part<{ content: string; size: number }> {
  let content = "";
  let position = 0;
  for (;;) {
    const rest = text.slice(position);
    const line = CHUNK_LINE.exec(rest);
    const size = Number.parseInt(line?.[1] ?? "", 16);
    if (line === null || size > Number.MAX_SAFE_INTEGER) {
      return line === null && !rest.includes("\n") ? "incomplete" : "fault";
    }
    position += line[0].length;
    if (size === 0) {
      const trailers = TRAILERS.exec(text.slice(position));
      if (trailers === null) {
        return text.slice(position).includes("\r\n\r\n") ? "fault" : "incomplete";
      }
      return { content, size: position + trailers[0].length };
    }
    if (text.length < position + size + 2) {
      return "incomplete";
    }
    content += text.slice(position, position + size);
    position += size + 2;
    if (text.slice(position - 2, position) !== "\r\n") {
      return "fault";
    }
  }
}
