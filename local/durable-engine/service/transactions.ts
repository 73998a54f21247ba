// Transactions with consequences. Whatever a transaction stores for later (messages, activities, timers) is announced to
// the parts that act on it after the commit and only then, so that nothing runs that a crash could undo.
import { eventText, type HistoryEvent } from "../replay/history-events.ts";
import type { ActivityRow, DurableStore, TimerRow } from "../store/durable-store.ts";
import type { Mail, Mailboxes } from "./mailboxes.ts";

export interface CommitListener {
  /** A target has new messages. */
  onMail(target: string): void;
  onActivity(row: ActivityRow): void;
  onTimer(dueMs: number): void;
  /** A group commit has failed. */
  onFailure(error: unknown): void;
  /** Work waits for the next group commit. */
  onGroup(): void;
  /** An instance has ended, been replaced or been removed: forget what is cached about it. */
  onForgotten(instanceId: string): void;
}

interface Joined {
  work: (unit: UnitOfWork) => void;
  resolve: () => void;
  reject: (error: unknown) => void;
}

export class Transactions {
  readonly store: DurableStore;
  readonly mailboxes: Mailboxes;
  readonly #listener: CommitListener;
  #group: Joined[] = [];

  constructor(store: DurableStore, mailboxes: Mailboxes, listener: CommitListener) {
    this.store = store;
    this.mailboxes = mailboxes;
    this.#listener = listener;
  }

  /**
   * Joins the next group commit; resolves when it is done. Turns, activity results and entity batches that become ready
   * in one turn of the event loop share a transaction: each is still recorded wholly or not at all, and writing the
   * log once for all of them is what makes thousands of turns a second possible.
   */
  join(work: (unit: UnitOfWork) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#group.push({ work, resolve, reject });
      this.#listener.onGroup();
    });
  }

  get hasGroup(): boolean {
    return this.#group.length > 0;
  }

  /** Commits what has been joined. A failure rejects all of it. */
  flush(): void {
    if (this.#group.length === 0) return;
    const group = this.#group;
    this.#group = [];
    try {
      this.commit((unit) => {
        for (const { work } of group) work(unit);
      });
    } catch (error) {
      this.#listener.onFailure(error);
      for (const { reject } of group) reject(error);
      return;
    }
    for (const { resolve } of group) resolve();
  }

  /** One transaction; a throw leaves neither rows nor consequences behind. */
  commit<T>(work: (unit: UnitOfWork) => T): T {
    const unit = new UnitOfWork(this.store, this.mailboxes, this.#listener);
    const result = this.store.transaction(() => work(unit));
    unit.announce();
    return result;
  }
}

/** What one transaction may do besides plain row changes through `store`. */
export class UnitOfWork {
  readonly store: DurableStore;
  readonly #mailboxes: Mailboxes;
  readonly #listener: CommitListener;
  readonly #afterCommit: (() => void)[] = [];

  constructor(store: DurableStore, mailboxes: Mailboxes, listener: CommitListener) {
    this.store = store;
    this.#mailboxes = mailboxes;
    this.#listener = listener;
  }

  postEvent(instanceId: string, execution: string | null, event: HistoryEvent): void {
    this.#post(instanceId, execution, eventText(event), event);
  }

  post(target: string, body: string): void {
    this.#post(target, null, body);
  }

  /** Deletes messages whose effects this transaction records. */
  consume(target: string, mails: readonly Mail[]): void {
    if (mails.length === 0) return;
    const seqs = new Set(mails.map((mail) => mail.seq));
    const box = this.#mailboxes.of(target);
    const newest = Math.max(...seqs);
    const isPrefix = box[mails.length - 1]?.seq === newest;
    if (isPrefix) this.store.deleteMessagesUpTo(target, newest);
    else for (const seq of seqs) this.store.deleteMessage(seq);
    this.#afterCommit.push(() => this.#mailboxes.remove(target, seqs));
  }

  schedule(row: Omit<ActivityRow, "seq">): void {
    const seq = this.store.addActivity(row);
    this.#afterCommit.push(() => this.#listener.onActivity({ ...row, seq }));
  }

  startTimer(row: TimerRow): void {
    this.store.addTimer(row);
    this.#afterCommit.push(() => this.#listener.onTimer(row.dueMs));
  }

  /** Removes an instance and everything addressed to it. */
  removeInstance(instanceId: string): void {
    this.store.deleteInstance(instanceId);
    this.forget(instanceId);
    this.#afterCommit.push(() => this.#mailboxes.clear(instanceId));
  }

  /** Drops messages that can have no effect any more. */
  dropMail(target: string): void {
    this.store.deleteMessages(target);
    this.#afterCommit.push(() => this.#mailboxes.clear(target));
  }

  forget(instanceId: string): void {
    this.#afterCommit.push(() => this.#listener.onForgotten(instanceId));
  }

  afterCommit(action: () => void): void {
    this.#afterCommit.push(action);
  }

  announce(): void {
    for (const action of this.#afterCommit) action();
  }

  #post(target: string, execution: string | null, body: string, event?: HistoryEvent): void {
    const seq = this.store.addMessage(target, execution, body);
    const mail: Mail = event === undefined ? { seq, execution, body } : { seq, execution, body, event };
    this.#afterCommit.push(() => {
      this.#mailboxes.add(target, mail);
      this.#listener.onMail(target);
    });
  }
}
