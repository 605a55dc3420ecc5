import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import { toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { file_grpc_health_v1_health } from "../gen/grpc/health/v1/health_pb.ts";
import { file_grpc_reflection_v1_reflection } from "../gen/grpc/reflection/v1/reflection_pb.ts";
import { file_grpc_reflection_v1alpha_reflection } from "../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { file_inference_grpc_service } from "../gen/inference/grpc_service_pb.ts";

const SERVED_FILES: readonly DescFile[] = [
  file_inference_grpc_service,
  file_grpc_health_v1_health,
  file_grpc_reflection_v1_reflection,
  file_grpc_reflection_v1alpha_reflection,
];

/**
 * The descriptors of every service that a server of the protocol has, as server reflection hands them out. None of the
 * files declares extensions, and no message allows any.
 */
export class DescriptorIndex {
  /** Fully qualified names, in byte order. */
  readonly serviceNames: readonly string[];
  readonly #filesByName = new Map<string, DescFile>();
  readonly #filesBySymbol = new Map<string, DescFile>();
  readonly #messageNames = new Set<string>();

  constructor() {
    for (const file of SERVED_FILES.flatMap(withDependencies)) {
      this.#filesByName.set(fileName(file), file);
      for (const message of file.messages) {
        this.#addMessage(file, message);
      }
      for (const { typeName } of [...file.enums, ...file.services]) {
        this.#filesBySymbol.set(typeName, file);
      }
      for (const { typeName, methods } of file.services) {
        for (const { name } of methods) {
          this.#filesBySymbol.set(`${typeName}.${name}`, file);
        }
      }
    }
    this.serviceNames = SERVED_FILES.flatMap(({ services }) =>
      services.map(({ typeName }) => typeName),
    ).sort();
  }

  /** A file, then all that it imports, each an encoded FileDescriptorProto; null if no file has that name. */
  fileByName(name: string): readonly Uint8Array[] | null {
    return encodeFiles(this.#filesByName.get(name));
  }

  /** The same for the file that declares a service, method, message, field or enumeration. */
  fileBySymbol(symbol: string): readonly Uint8Array[] | null {
    return encodeFiles(this.#filesBySymbol.get(symbol));
  }

  hasMessage(typeName: string): boolean {
    return this.#messageNames.has(typeName);
  }

  #addMessage(file: DescFile, message: DescMessage): void {
    this.#messageNames.add(message.typeName);
    this.#filesBySymbol.set(message.typeName, file);
    for (const { name } of message.fields) {
      this.#filesBySymbol.set(`${message.typeName}.${name}`, file);
    }
    for (const { typeName } of message.nestedEnums) {
      this.#filesBySymbol.set(typeName, file);
    }
    for (const nested of message.nestedMessages) {
      this.#addMessage(file, nested);
    }
  }
}

/** Descriptors drop the ending. */
function fileName({ name }: DescFile): string {
  return `${name}.proto`;
}

/** The imports of our files have no cycles, and a file that is imported twice stands twice. */
function withDependencies(file: DescFile): readonly DescFile[] {
  return [file, ...file.dependencies.flatMap(withDependencies)];
}

function encodeFiles(file: DescFile | undefined): readonly Uint8Array[] | null {
  return file === undefined
    ? null
    : [...new Set(withDependencies(file))].map(({ proto }) =>
        toBinary(FileDescriptorProtoSchema, proto),
      );
}
