/** The bytes of one HTTP/1.1 request, as they go over the wire. */
export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/**
 * A well-formed request. Host and Content-Length are added unless `headers` has them (any spelling); Content-Length
 * only with a body or a method that carries one.
 */
export function httpRequest(path: string, options: RequestOptions = {}): Uint8Array {
  const body = Buffer.from(options.body ?? "");
  const method = options.method ?? (options.body === undefined ? "GET" : "POST");
  const given = Object.entries(options.headers ?? {});
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const lines = [`${method} ${path} HTTP/1.1`];
  if (!names.has("host")) {
    lines.push("Host: localhost");
  }
  for (const [name, value] of given) {
    lines.push(`${name}: ${value}`);
  }
  const isCarrier = options.body !== undefined || method === "POST";
  if (isCarrier && !names.has("content-length") && !names.has("transfer-encoding")) {
    lines.push(`Content-Length: ${body.byteLength}`);
  }
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body]);
}

/** Options of `inferRequest`. */
export interface InferOptions {
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The binary tail; with it, Inference-Header-Content-Length is sent. */
  readonly binary?: readonly Uint8Array[];
}

/** POST /v2/models/<model>/infer with a JSON body (text is sent as it is) and, if given, binary tensors behind it. */
export function inferRequest(
  model: string,
  json: string | object,
  options: InferOptions = {},
): Uint8Array {
  const text = Buffer.from(typeof json === "string" ? json : JSON.stringify(json));
  const version = options.version === undefined ? "" : `/versions/${options.version}`;
  const headers: Record<string, string> = { ...options.headers };
  if (options.binary !== undefined && headers["Inference-Header-Content-Length"] === undefined) {
    headers["Inference-Header-Content-Length"] = String(text.byteLength);
  }
  return httpRequest(`/v2/models/${model}${version}/infer`, {
    headers,
    body: Buffer.concat([text, ...(options.binary ?? [])]),
  });
}

/** BYTES elements as the binary extension packs them: each a u32 length and the bytes. */
export function bytesElements(elements: readonly (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    elements.flatMap((element) => {
      const bytes = Buffer.from(element);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.byteLength);
      return [length, bytes];
    }),
  );
}

/** The bytes of a typed array. */
export function rawBytes(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A body in HTTP chunks of the given sizes, the last of which repeats until the body ends. */
export function chunkedBody(body: Uint8Array, chunkSize: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset < body.byteLength; offset += chunkSize) {
    const chunk = body.subarray(offset, offset + chunkSize);
    parts.push(Buffer.from(`${chunk.byteLength.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  parts.push(Buffer.from("0\r\n\r\n"));
  return Buffer.concat(parts);
}
