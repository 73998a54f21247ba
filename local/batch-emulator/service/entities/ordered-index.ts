// A collection that is looked up by key and listed in order of creation, from any position, while it changes. Invariant:
// a page that starts after row r shows exactly the living entities with a greater row, in order; deletion is O(1).

export interface Indexed {
  readonly key: string;
  readonly row: number;
}

export class OrderedIndex<T extends Indexed> {
  readonly #byKey = new Map<string, T>();
  #order: (T | undefined)[] = [];
  #rows: number[] = [];
  #holes = 0;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key);
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** `entity.row` must be greater than that of all others. */
  add(entity: T): void {
    const last = this.#rows.at(-1);
    if (last !== undefined && last >= entity.row) throw new Error("rows must grow");
    this.#byKey.set(entity.key, entity);
    this.#order.push(entity);
    this.#rows.push(entity.row);
  }

  delete(entity: T): boolean {
    if (this.#byKey.get(entity.key) !== entity) return false;
    this.#byKey.delete(entity.key);
    this.#order[this.#position(entity.row)] = undefined;
    this.#holes += 1;
    if (this.#holes > 64 && this.#holes * 2 > this.#order.length) this.#compact();
    return true;
  }

  /** Living entities whose row is greater than `row`, in order of creation. */
  *after(row: number): Generator<T> {
    for (let index = this.#position(row + 1); index < this.#order.length; index += 1) {
      const entity = this.#order[index];
      if (entity !== undefined) yield entity;
    }
  }

  values(): IterableIterator<T> {
    return this.#byKey.values();
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#byKey.values();
  }

  /** First position whose row is not smaller than `row`. */
  #position(row: number): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#rows[middle] ?? 0) < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compact(): void {
    this.#order = this.#order.filter((entity) => entity !== undefined);
    this.#rows = this.#order.map((entity) => entity?.row ?? 0);
    this.#holes = 0;
  }
}
