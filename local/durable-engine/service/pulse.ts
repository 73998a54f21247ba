// The engine's heartbeat: work is looked for once per turn of the event loop after something has happened, and never
// otherwise, so that an idle engine uses no processor time and never polls its database.
export class Pulse {
  readonly #beat: () => void;
  #requested = false;

  constructor(beat: () => void) {
    this.#beat = beat;
  }

  request(): void {
    if (this.#requested) return;
    this.#requested = true;
    setImmediate(() => {
      this.#requested = false;
      this.#beat();
    });
  }

  get pending(): boolean {
    return this.#requested;
  }
}
