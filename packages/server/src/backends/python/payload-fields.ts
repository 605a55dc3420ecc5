import { StatusCode, TritonError } from "@nereid/protocol";
import type { JsonObject } from "./json-frame.ts";

/** Reads the fields of what a stub says. A field of another type is an error of the call, not of the stub. */
export class PayloadFields {
  readonly payload: JsonObject;

  constructor(payload: JsonObject) {
    this.payload = payload;
  }

  /** @throws {TritonError} InvalidArg if it is no text */
  text(name: string): string {
    const value = this.payload[name];
    if (typeof value !== "string") {
      throw badField(name, "text");
    }
    return value;
  }

  /** @throws {TritonError} InvalidArg if it is no number */
  number(name: string): number {
    const value = this.payload[name];
    if (typeof value !== "number" && typeof value !== "bigint") {
      throw badField(name, "a number");
    }
    return Number(value);
  }

  /** Whether it is there and true. */
  flag(name: string): boolean {
    return this.payload[name] === true;
  }

  /** The texts of a list; null if there is none. @throws {TritonError} InvalidArg if it is anything else */
  texts(name: string): string[] | null {
    const value = this.payload[name] ?? null;
    if (value === null) {
      return null;
    }
    if (!Array.isArray(value) || !value.every((entry) => typeof entry === "string")) {
      throw badField(name, "a list of texts");
    }
    return value;
  }
}

function badField(name: string, expected: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, `'${name}' of a call is not ${expected}`);
}
