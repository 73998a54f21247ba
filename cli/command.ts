// What a command of `batchai` is: its options, an example, and what it does with them. A command knows no process: what it says
// and what it is told comes by its context, so that tests run commands without starting any.
import type { Ask } from "../client/http-api.ts";
import type { NamedProfile, SignIn, Token } from "./config/profile.ts";
import type { Option } from "./options.ts";

/** What surrounds a command. Data goes to `out`; hints, progress and warnings to `err`. */
export interface Context {
  readonly out: (data: string | Uint8Array) => void;
  readonly err: (data: string | Uint8Array) => void;
  /** What a person should know though it is no error; a line without its end. `--only-show-errors` mutes it. */
  readonly warn: (line: string) => void;
  /** Where a person is looking: tables, hints and progress are for them. */
  readonly isTerminal: { readonly out: boolean; readonly err: boolean };
  /** With what is configured in its gaps. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Which of the person's is used; absent for none. */
  readonly profile?: NamedProfile;
  /** Of the id that names the resource; absent where names do. */
  readonly subscriptionId?: string;
  /** The folder in which the command was typed. */
  readonly directory: string;
  /** The folder that the build made. */
  readonly builtFolder: string;
  /** Resolves when the person wants an end; from the first call on, Ctrl-C no longer ends the process. */
  readonly stopRequested: () => Promise<void>;
  readonly fetch: typeof fetch;
  /** How the API is asked; absent: by `fetch`. */
  readonly ask?: Ask;
  /** Another program in the person's terminal, with variables beside those of the environment; resolves with its exit code. */
  readonly runProgram: (
    program: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>>,
  ) => Promise<number>;
  /** A new token; may tell the person what to do for it. */
  readonly acquireToken: (signIn: SignIn) => Promise<Token>;
  /** All of standard input. */
  readonly readInput: () => Promise<string>;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

type Options = Readonly<Record<string, Option<unknown>>>;
export type Given<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

export interface CommandSpec<O extends Options> {
  /** What is typed, without `batchai`; the first is shown first. */
  readonly examples: readonly [string, ...string[]];
  readonly options: O;
  /** Words without an option, as usage shows them: `<app>`, `[words...]`. */
  readonly words?: { readonly usage: string; readonly description: string };
  /** The words belong to another program: from the first of them on, nothing is an option of this command. */
  readonly passThrough?: boolean;
  /** It is about the settings themselves, or needs none: they are not read before it runs. */
  readonly withoutSettings?: true;
  /** The exit code; nothing is 0. */
  run(given: Given<O>, context: Context, words: readonly string[]): Promise<number | void>;
}

/** A command whose options are no longer told apart. */
export interface Command extends Omit<CommandSpec<Options>, "run"> {
  run(
    given: Readonly<Record<string, unknown>>,
    context: Context,
    words: readonly string[],
  ): Promise<number | void>;
}

export function command<const O extends Options>(spec: CommandSpec<O>): Command {
  return { ...spec, run: (given, context, words) => spec.run(given as Given<O>, context, words) };
}
