// The messages between `index.ts` (parent) and `azurite-child.ts` (child process) over Node's IPC channel. Nothing else
// crosses: account keys travel in the child's environment and over the channel, never on its command line.

/** Parent to child, once. `folder` undefined: everything stays in memory. A port of 0 means any free one. */
export interface StartMessage {
  readonly kind: "start";
  readonly folder?: string;
  readonly ports: { readonly blob: number; readonly queue: number; readonly table: number };
}

/** Parent to child, at any time after `start`: the accounts there are from now on. Answered by `told`. */
export interface AccountsMessage {
  readonly kind: "accounts";
  readonly accounts: readonly { readonly name: string; readonly key: string }[];
}

/** Child to parent: `ready` after all three listeners accept connections; `failed` says in a sentence or two why
 *  it exits now: at its start, later, or because it could not save everything at its end. */
export type ChildMessage =
  | {
      readonly kind: "ready";
      readonly ports: { readonly blob: number; readonly queue: number; readonly table: number };
    }
  | { readonly kind: "told" }
  | { readonly kind: "failed"; readonly message: string };
