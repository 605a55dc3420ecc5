import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A certificate with its key, both in PEM. */
export interface TestCertificate {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const BOOLEAN = 0x01;
const EXPLICIT = 0xa0;

const OID_COMMON_NAME = [0x55, 0x04, 0x03];
const OID_ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const OID_BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13];
const OID_SUBJECT_ALT_NAME = [0x55, 0x1d, 0x11];

/** One DER element. */
function der(tag: number, ...contents: (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(contents.map((part) => Buffer.from(part)));
  const size = content.byteLength;
  const sizeBytes = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...sizeBytes]), content]);
}

function nameOf(commonName: string): Buffer {
  const attribute = der(
    SEQUENCE,
    der(OBJECT_IDENTIFIER, OID_COMMON_NAME),
    der(UTF8_STRING, Buffer.from(commonName)),
  );
  return der(SEQUENCE, der(SET, attribute));
}

function pem(label: string, bytes: Buffer): Buffer {
  const lines = bytes.toString("base64").replace(/.{64}/g, "$&\n");
  return Buffer.from(`-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`);
}

/** A certificate authority that exists for one test: keys are made anew, so that none lies in the repository. */
export class TestAuthority {
  readonly certificate: Buffer;
  readonly #name: string;
  readonly #key: KeyObject;
  #serial = 1;

  constructor(name: string) {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#name = name;
    this.#key = privateKey;
    this.certificate = this.#sign(name, publicKey, true);
  }

  /** A certificate for localhost and 127.0.0.1. */
  issue(commonName: string): TestCertificate {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" }));
    return { certificate: this.#sign(commonName, publicKey, false), key };
  }

  #sign(commonName: string, publicKey: KeyObject, isAuthority: boolean): Buffer {
    const algorithm = der(SEQUENCE, der(OBJECT_IDENTIFIER, OID_ECDSA_SHA256));
    const validity = der(
      SEQUENCE,
      der(UTC_TIME, Buffer.from("200101000000Z")),
      der(UTC_TIME, Buffer.from("491231235959Z")),
    );
    const constraints = der(
      SEQUENCE,
      der(OBJECT_IDENTIFIER, OID_BASIC_CONSTRAINTS),
      der(BOOLEAN, [0xff]),
      der(OCTET_STRING, der(SEQUENCE, isAuthority ? der(BOOLEAN, [0xff]) : [])),
    );
    const names = der(SEQUENCE, der(0x82, Buffer.from("localhost")), der(0x87, [127, 0, 0, 1]));
    const alternatives = der(
      SEQUENCE,
      der(OBJECT_IDENTIFIER, OID_SUBJECT_ALT_NAME),
      der(OCTET_STRING, names),
    );
    const body = der(
      SEQUENCE,
      der(EXPLICIT, der(INTEGER, [2])),
      der(INTEGER, [this.#serial++]),
      algorithm,
      nameOf(this.#name),
      validity,
      nameOf(commonName),
      publicKey.export({ type: "spki", format: "der" }),
      der(EXPLICIT + 3, der(SEQUENCE, constraints, alternatives)),
    );
    const signature = sign("sha256", body, this.#key);
    const certificate = der(SEQUENCE, body, algorithm, der(BIT_STRING, [0], signature));
    return pem("CERTIFICATE", certificate);
  }
}
