/**
 * What a sequence's requests hand on to each other: the implicit state.
 *
 * The sequence scheduler has one made when a sequence starts (`Instance.createSequenceState`) and puts it on each of the
 * sequence's requests, one at a time. What is in it belongs to the backend, which may keep it in the runtime's own memory.
 */
export interface SequenceState {
  /** Gives the backend's memory back. Called once, by the scheduler, when no request with this state runs. */
  release(): void;
}
