import type { InferenceRequest } from "../model/request.ts";
import type { RequestList } from "./request-list.ts";

/**
 * Waiting requests of one place, and who of them is next.
 *
 * A walk looks ahead: `startWalk → (pass | skip)*` names them in the order in which `shift` would take them out, where those
 * skipped are removed before. Nothing else happens during a walk.
 */
export interface RequestOrder {
  readonly size: number;
  /** Everybody here, in lists of their own or in one. */
  readonly lists: Iterable<RequestList>;
  push(request: InferenceRequest): void;
  /** Takes out one that will not be served in its turn. */
  remove(request: InferenceRequest): void;
  /** Takes out the next one, to be served; null if nobody waits. */
  shift(): InferenceRequest | null;
  /** The next one; null if nobody waits. */
  startWalk(): InferenceRequest | null;
  /** The one after `request`, which is the walk's and would be served; null at the end. */
  pass(request: InferenceRequest): InferenceRequest | null;
  /** The one after `request`, which is the walk's and will be removed; null at the end. */
  skip(request: InferenceRequest): InferenceRequest | null;
}
