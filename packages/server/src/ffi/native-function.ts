import koffi, { type TypeObject } from "koffi";

const prototypes = new Map<string, TypeObject>();

function prototype(result: string, parameters: readonly string[]): TypeObject {
  const key = `${result}(${parameters.join()})`;
  let type = prototypes.get(key);
  if (type === undefined) {
    type = koffi.proto(result, [...parameters]);
    prototypes.set(key, type);
  }
  return type;
}

/**
 * A function at an address, as found in a runtime's table. Nothing checks the types: a wrong one is a crash.
 *
 * @param result FFI type of the result: `void *` gives a bigint, or null for NULL
 */
export function nativeFunctionAt<Signature>(
  address: bigint,
  result: string,
  parameters: readonly string[],
): Signature {
  // The FFI returns a callable for the C types given; its TypeScript type is the caller's statement.
  return koffi.decode(address, prototype(result, parameters)) as Signature;
}
