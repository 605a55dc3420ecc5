/** An instance that may wait for another model. */
export interface WaitingInstance {
  /** Whether it runs a batch, so that it takes no other until that is done. */
  readonly isBusy: boolean;
}

/**
 * Who waits for whom among the models of this backend: finds calls that could never be answered.
 *
 * An instance is stuck if it runs a batch that waits for a model all of whose instances are stuck; a call that would make its
 * caller so is refused. Models of other backends are taken to come to an end.
 */
export class WaitGraph {
  readonly #instances = new Map<string, Set<WaitingInstance>>();
  /** The models that each instance waits for, by key, and for how many answers. */
  readonly #waits = new Map<WaitingInstance, Map<string, number>>();

  add(model: string, instance: WaitingInstance): void {
    const instances = this.#instances.get(model) ?? new Set();
    this.#instances.set(model, instances);
    instances.add(instance);
  }

  remove(model: string, instance: WaitingInstance): void {
    const instances = this.#instances.get(model);
    instances?.delete(instance);
    if (instances?.size === 0) {
      this.#instances.delete(model);
    }
    this.#waits.delete(instance);
  }

  /** Notes that an instance waits for a model; false, without a note, if it would wait for ever. */
  begin(instance: WaitingInstance, model: string): boolean {
    const waits = this.#waits.get(instance) ?? new Map<string, number>();
    this.#waits.set(instance, waits);
    waits.set(model, (waits.get(model) ?? 0) + 1);
    if (instance.isBusy && this.#isBlocked(model, new Set())) {
      this.end(instance, model);
      return false;
    }
    return true;
  }

  /** The instance waits for one answer of the model's less. */
  end(instance: WaitingInstance, model: string): void {
    const waits = this.#waits.get(instance);
    const count = (waits?.get(model) ?? 0) - 1;
    if (count > 0) {
      waits?.set(model, count);
    } else {
      waits?.delete(model);
    }
  }

  /** Whether all instances of a model are stuck. A model that is being looked at already is: that is the circle. */
  #isBlocked(model: string, seen: Set<string>): boolean {
    if (seen.has(model)) {
      return true;
    }
    const instances = this.#instances.get(model);
    if (instances === undefined) {
      return false;
    }
    seen.add(model);
    const isBlocked = [...instances].every((instance) => this.#isStuck(instance, seen));
    seen.delete(model);
    return isBlocked;
  }

  #isStuck(instance: WaitingInstance, seen: Set<string>): boolean {
    const waits = this.#waits.get(instance);
    return (
      instance.isBusy &&
      waits !== undefined &&
      [...waits.keys()].some((model) => this.#isBlocked(model, seen))
    );
  }
}
