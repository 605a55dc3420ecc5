import type {
  ClientInferRequest,
  ClientInferResponse,
  Datatype,
  EncodedInferRequest,
} from "@nereid/protocol";

/** Binary tensors only; until the protocol package's codec is there. */
export function encodeInferRequest(request: ClientInferRequest): EncodedInferRequest {
  const header = new TextEncoder().encode(
    JSON.stringify({
      inputs: request.inputs.map(({ name, datatype, shape, bytes }) => ({
        name,
        datatype,
        shape,
        parameters: { binary_data_size: bytes.byteLength },
      })),
      outputs: request.outputs.map(({ name }) => ({ name, parameters: { binary_data: true } })),
    }),
  );
  const body = Buffer.concat([header, ...request.inputs.map(({ bytes }) => bytes)]);
  return { body, headerSize: header.byteLength };
}

/** Binary tensors only; until the protocol package's codec is there. */
export function decodeInferResponse(
  body: Uint8Array,
  headerSize: number | null,
): ClientInferResponse {
  const end = headerSize ?? body.byteLength;
  // Trusted: only for the time being.
  const header = JSON.parse(new TextDecoder().decode(body.subarray(0, end))) as {
    model_name: string;
    model_version: string;
    outputs: {
      name: string;
      datatype: Datatype;
      shape: number[];
      parameters: { binary_data_size: number };
    }[];
  };
  let offset = end;
  const outputs = header.outputs.map(({ name, datatype, shape, parameters }) => {
    const bytes = body.subarray(offset, offset + parameters.binary_data_size);
    offset += parameters.binary_data_size;
    return { name, datatype, shape, bytes };
  });
  return {
    id: "",
    modelName: header.model_name,
    modelVersion: header.model_version,
    parameters: new Map(),
    outputs,
  };
}
