import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import { nativeFunctionAt } from "../native-function.ts";
import { loadNativeLibrary } from "../native-library.ts";
import { NativeWords, readWord } from "../native-memory.ts";
import { ORT_API_ROWS, ORT_HEADER_API_VERSION, type OrtApi } from "./ort-api.gen.ts";
import { ortErrorFromStatus } from "./ort-error.ts";

/** The oldest table that this binding works with. Newer entries are looked for before they are called. */
const API_VERSION_MIN = 17;

const POINTER_BYTES = 8n;

const ROW_INDEX: ReadonlyMap<string, number> = new Map(
  ORT_API_ROWS.map(([name], index) => [name, index]),
);

/** The library's table of functions and how far it reaches. */
interface ApiTable {
  readonly address: bigint;
  readonly version: number;
}

/**
 * A loaded ONNX Runtime: the one object through which everything in this folder calls it.
 *
 * The library stays loaded for the life of the process. All functions that take milliseconds (creating a session,
 * releasing one, running one) are to be called on a native thread with {@link functionAddress}, or where the caller
 * knows better.
 */
export class OrtLibrary {
  readonly path: string;
  /** Of the library, e.g. `1.29.0`. */
  readonly version: string;
  /** Each function is bound on its first use: most of them are never called. */
  readonly api: OrtApi;
  readonly #table: ApiTable;
  readonly #out: NativeWords = new NativeWords(1);

  private constructor(path: string, version: string, table: ApiTable) {
    this.path = path;
    this.version = version;
    this.#table = table;
    this.api = lazyApi(table);
  }

  /** @throws {TritonError} Unavailable if the file cannot be loaded or is no ONNX Runtime of a known version */
  static load(path: string): OrtLibrary {
    let getApiBase: () => bigint | null;
    try {
      getApiBase = loadNativeLibrary(path).function("OrtGetApiBase", "void *", []);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new TritonError(
        StatusCode.Unavailable,
        `unable to load the ONNX Runtime library '${path}': ${reason}`,
        { cause: error },
      );
    }
    const base = getApiBase();
    assert(base !== null, "ONNX Runtime has an API base");
    const getApi = nativeFunctionAt<(version: number) => bigint | null>(readWord(base), "void *", [
      "uint32_t",
    ]);
    const getVersionString = nativeFunctionAt<() => string>(
      readWord(base + POINTER_BYTES),
      "str",
      [],
    );
    const version = getVersionString();
    // The API version is the minor release number. A library answers NULL (and complains on stderr) to a newer one.
    const apiVersion = Math.min(ORT_HEADER_API_VERSION, Number(version.split(".")[1]));
    const table = apiVersion >= API_VERSION_MIN ? getApi(apiVersion) : null;
    if (table === null) {
      throw new TritonError(
        StatusCode.Unavailable,
        `unable to use the ONNX Runtime library '${path}': version ${version} is older than 1.${API_VERSION_MIN}`,
      );
    }
    return new OrtLibrary(path, version, { address: table, version: apiVersion });
  }

  /** Of the table in use: the lower of the header's and the library's. */
  get apiVersion(): number {
    return this.#table.version;
  }

  /** The address of an entry by its C name, for calls from other threads. */
  functionAddress(name: string): bigint {
    return entryAddress(this.#table, name);
  }

  /**
   * Takes a status: null is success, anything else is released.
   *
   * @throws {TritonError} Internal `onnx runtime error <code>: <message>`
   */
  check(status: bigint | null): void {
    if (status !== null) {
      throw ortErrorFromStatus(this.api, status);
    }
  }

  /**
   * Calls a function that returns a status and writes one word to its last argument.
   *
   * @param call is given the address for the word
   */
  word(call: (out: bigint) => bigint | null): bigint {
    this.check(call(this.#out.address));
    return this.#out.at(0);
  }

  /** As {@link word}, for a size_t. */
  size(call: (out: bigint) => bigint | null): number {
    return Number(this.word(call));
  }

  /** As {@link word}, for an int or enum, of which only the low half of the word is written. */
  int(call: (out: bigint) => bigint | null): number {
    return Number(BigInt.asIntN(32, this.word(call)));
  }
}

function entryAddress(table: ApiTable, name: string): bigint {
  const index = ROW_INDEX.get(name);
  assert(index !== undefined, `OrtApi has no entry ${name}`);
  // Past the table's own end lie other things than functions.
  assert((ORT_API_ROWS[index]?.[1] ?? 0) <= table.version, `${name}: not in this API version`);
  const address = readWord(table.address + BigInt(index) * POINTER_BYTES);
  assert(address !== 0n, `${name}: not in this ONNX Runtime`);
  return address;
}

function lazyApi(table: ApiTable): OrtApi {
  const api = {};
  for (const [name, , result, parameters] of ORT_API_ROWS) {
    const method = name.charAt(0).toLowerCase() + name.slice(1);
    Object.defineProperty(api, method, {
      configurable: true,
      get() {
        const bound = nativeFunctionAt(
          entryAddress(table, name),
          foreignType(result),
          parameters.map(foreignType),
        );
        Object.defineProperty(api, method, { value: bound });
        return bound;
      },
    });
  }
  // One getter a row, and the interface is generated from the same rows.
  return api as OrtApi;
}

function foreignType(type: string): string {
  if (type !== "path") {
    return type;
  }
  return process.platform === "win32" ? "str16" : "str";
}
