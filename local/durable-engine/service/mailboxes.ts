// Messages that have been stored but not yet consumed, by target. Invariant: for every target it mentions it mirrors the
// store exactly; it changes only after the transaction that changed the store.
import type { DurableStore } from "../store/durable-store.ts";
import type { HistoryEvent } from "../replay/history-events.ts";

export interface Mail {
  readonly seq: number;
  /** The execution it is for; null = whichever is current. */
  readonly execution: string | null;
  /** JSON text. */
  readonly body: string;
  /** The body parsed, where it is already known. */
  readonly event?: HistoryEvent;
}

export class Mailboxes {
  readonly #boxes = new Map<string, Mail[]>();
  /** Targets that got mail since a turn last looked at all they had. */
  readonly #unread = new Set<string>();

  /** Reads everything that an earlier run of the process left behind; returns the targets, oldest mail first. */
  load(store: DurableStore): string[] {
    const targets = store.messageTargets();
    for (const target of targets) this.#boxes.set(target, store.messages(target));
    return targets;
  }

  of(target: string): readonly Mail[] {
    return this.#boxes.get(target) ?? [];
  }

  /** What a turn has to look at; from now on only later mail is news. */
  read(target: string): readonly Mail[] {
    this.#unread.delete(target);
    return this.of(target);
  }

  /** True when mail has come since the last `read`. */
  hasUnread(target: string): boolean {
    return this.#unread.has(target);
  }

  add(target: string, mail: Mail): void {
    this.#unread.add(target);
    const box = this.#boxes.get(target);
    if (box === undefined) this.#boxes.set(target, [mail]);
    else box.push(mail);
  }

  remove(target: string, seqs: ReadonlySet<number>): void {
    const left = this.of(target).filter((mail) => !seqs.has(mail.seq));
    if (left.length === 0) this.#boxes.delete(target);
    else this.#boxes.set(target, left);
  }

  clear(target: string): void {
    this.#boxes.delete(target);
    this.#unread.delete(target);
  }
}

export function mailEvent(mail: Mail): HistoryEvent {
  return mail.event ?? (JSON.parse(mail.body) as HistoryEvent);
}
