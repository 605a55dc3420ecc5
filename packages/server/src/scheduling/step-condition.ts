import { decodeBytesTensor, elementCount, StatusCode, TritonError } from "@nereid/protocol";
import type { StepCondition } from "../model/ensemble-spec.ts";
import { readElement } from "../model/read-element.ts";
import type { FlowTensor } from "./flow-tensor.ts";

/**
 * Whether a step's condition holds. A tensor that was not given, or that a model has left out, fulfils none.
 *
 * @throws {TritonError} InvalidArg if the tensor has not exactly one element
 */
export function isConditionMet(condition: StepCondition, tensor: FlowTensor | null): boolean {
  if (tensor === null) {
    return false;
  }
  const count = elementCount(tensor.shape);
  if (count !== 1) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `condition '${condition.text}' needs a tensor of one element, but it has ${count}`,
    );
  }
  return compare(elementOf(tensor), condition);
}

function elementOf({ datatype, bytes }: FlowTensor): StepCondition["value"] {
  if (datatype !== "BYTES") {
    return readElement(datatype, bytes);
  }
  return new TextDecoder().decode(decodeBytesTensor(bytes).elements[0]);
}

function compare(left: StepCondition["value"], { operator, value }: StepCondition): boolean {
  switch (operator) {
    case "==":
      return left === value;
    case "!=":
      return left !== value;
    case "<":
      return left < value;
    case "<=":
      return left <= value;
    case ">":
      return left > value;
    case ">=":
      return left >= value;
  }
}
