import type { DescField } from "@bufbuild/protobuf";

/** `inference.ModelConfig.ParametersEntry`: the message type of a map field's entries. */
export function entryTypeName(field: DescField & { readonly fieldKind: "map" }): string {
  const name = field.name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return `${field.parent.typeName}.${name}Entry`;
}
