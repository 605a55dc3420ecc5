import koffi from "koffi";

/**
 * A library of the process, loaded once and never unloaded: an FFI library handle unloads its library when it is
 * collected, although functions read from the library's tables may still be called.
 */
export interface NativeLibrary {
  readonly path: string;
  /** An exported function. The caller states its TypeScript type, which nothing checks. */
  function<Signature>(name: string, result: string, parameters: readonly string[]): Signature;
  /** The address of an exported function, for calls from other threads. @throws {Error} if there is none */
  address(name: string): bigint;
}

/**
 * Bytes of the stack that native functions run on when they are called synchronously (one a JavaScript thread, reserved
 * lazily). Runtimes that expect the usual 8 MiB of a POSIX thread overflow the FFI's own 2 MiB.
 */
export const NATIVE_STACK_BYTES: number = 8 << 20;

const libraries = new Map<string, NativeLibrary>();
let isConfigured = false;

/**
 * Loads a library, or returns it if it is loaded.
 *
 * Every library goes through here: the FFI's stack can only be sized before the first one, and a thread that has loaded
 * none crashes at its first native call.
 *
 * @param path a path, or a name for the system's search; null is the process itself (POSIX)
 * @throws {Error} the system's reason if it cannot be loaded
 */
export function loadNativeLibrary(
  path: string | null,
  options: { readonly isGlobal: boolean } = { isGlobal: false },
): NativeLibrary {
  const key = path ?? "";
  const loaded = libraries.get(key);
  if (loaded !== undefined) {
    return loaded;
  }
  if (!isConfigured) {
    koffi.config({ sync_stack_size: NATIVE_STACK_BYTES });
    isConfigured = true;
  }
  const handle = koffi.load(path, { global: options.isGlobal });
  const library: NativeLibrary = {
    path: key,
    // The closure pins the handle, the module-level map pins the closure.
    function: (name, result, parameters) =>
      // The FFI returns a callable for the C types given; its TypeScript type is the caller's statement.
      handle.func(name, result, [...parameters]) as never,
    address: (name) => koffi.address(handle.symbol(name)),
  };
  libraries.set(key, library);
  return library;
}
