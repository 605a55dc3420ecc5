import { readFile } from "node:fs/promises";
import { StatusCode, TritonError } from "@nereid/protocol";
import type { TlsOptions } from "../../config/server-options.ts";
import type { SocketTlsOptions } from "../socket/listen-options.ts";

/**
 * Reads the PEM files of a front end's TLS.
 *
 * Rejects with a TritonError, InvalidArg, that names the file which cannot be read.
 *
 * @param serviceName as the error calls the front end
 */
export async function readTlsFiles(
  options: TlsOptions,
  serviceName: "HTTP" | "gRPC",
): Promise<SocketTlsOptions> {
  const { certificateFile, keyFile, rootCertificateFile, isMutual } = options;
  return {
    certificate: await readPem(certificateFile, `${serviceName} server's certificate`),
    key: await readPem(keyFile, `${serviceName} server's key`),
    rootCertificates:
      rootCertificateFile === ""
        ? null
        : await readPem(rootCertificateFile, `${serviceName} server's root certificate`),
    isMutual,
  };
}

async function readPem(path: string, subject: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `cannot read the ${subject} '${path}': ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
