import { loadNativeLibrary } from "./native-library.ts";

/**
 * The system's `write`: hands bytes to a file descriptor.
 *
 * @param address of the first byte; what lies there stays unchanged until the call returns
 * @returns how many bytes the system has taken; -1 if it has taken none, for whatever reason
 */
export type DescriptorWrite = (fd: number, address: number, byteSize: number) => number;

let opened: DescriptorWrite | null | undefined;

/** The calling thread's `write`, or null where descriptors are not written to that way. */
export function descriptorWrite(): DescriptorWrite | null {
  opened ??= open();
  return opened;
}

function open(): DescriptorWrite | null {
  if (process.platform === "win32") {
    return null;
  }
  // Addresses as integers: a number or a view takes the FFI through fewer checks that way than as a pointer.
  return loadNativeLibrary(null).function("write", "int64_t", ["int", "size_t", "size_t"]);
}
