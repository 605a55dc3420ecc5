import {
  type ClientInferResponse,
  type ClientOutputTensor,
  type Datatype,
  decodeBytesTensor,
  encodeBytesTensor,
  StatusCode,
  TritonError,
  typedViewOf,
} from "@nereid/protocol";
import type { HttpInferClient } from "./infer-client.ts";
import type { Point, Quad } from "./quad.ts";
import type { TextLine } from "./read-text.ts";

/** The ensemble that reads pictures, as `examples/ocr/models` names it. */
const ENSEMBLE = "ocr";

/** Numbers of a quad: four corners, x and y. */
const QUAD_LENGTH = 8;

/**
 * Reads the text of a picture with one request: everything that `readText` does happens on the server.
 *
 * @param file the bytes of a JPEG, PNG, WebP, GIF, AVIF or TIFF file
 * @returns the lines in reading order
 * @throws {TritonError} as `HttpInferClient.infer`
 */
export async function readTextOnServer(
  client: HttpInferClient,
  file: Uint8Array,
): Promise<readonly TextLine[]> {
  const bytes = encodeBytesTensor([file]);
  const response = await client.inferTensors(ENSEMBLE, {
    id: "",
    inputs: [{ name: "image", datatype: "BYTES", shape: [1], bytes, isBinary: true }],
    outputs: ["text", "confidence", "box", "box_line"].map((name) => ({
      name,
      isBinary: true,
      classCount: 0,
    })),
    parameters: new Map(),
  });
  const { elements } = decodeBytesTensor(output(response, "text", "BYTES").bytes);
  // FP32 and INT32 give these views; see typedViewOf.
  const confidences = typedViewOf(
    "FP32",
    output(response, "confidence", "FP32").bytes,
  ) as Float32Array;
  const corners = typedViewOf("FP32", output(response, "box", "FP32").bytes) as Float32Array;
  const boxLines = typedViewOf("INT32", output(response, "box_line", "INT32").bytes) as Int32Array;
  const quads: Quad[][] = elements.map(() => []);
  for (const [box, line] of boxLines.entries()) {
    quads[line]?.push(quadOf(corners, box * QUAD_LENGTH));
  }
  return elements.map((element, line) => ({
    text: new TextDecoder().decode(element),
    confidence: confidences[line] ?? 0,
    quads: quads[line] ?? [],
  }));
}

function quadOf(corners: Float32Array, start: number): Quad {
  const point = (corner: number): Point => ({
    x: corners[start + 2 * corner] ?? 0,
    y: corners[start + 2 * corner + 1] ?? 0,
  });
  return [point(0), point(1), point(2), point(3)];
}

function output(
  { outputs }: ClientInferResponse,
  name: string,
  datatype: Datatype,
): ClientOutputTensor {
  const found = outputs.find((one) => one.name === name);
  if (found?.datatype !== datatype) {
    throw new TritonError(
      StatusCode.Internal,
      `${ENSEMBLE} answered without the ${datatype} output ${name}`,
    );
  }
  return found;
}
