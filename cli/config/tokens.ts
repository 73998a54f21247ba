// Tokens of profiles, each in a file of its own that the person alone may read. A token is bound to the origin that it was got for:
// a profile whose endpoint changed has none.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Context } from "../command.ts";
import { CommandError, usageError } from "../failure.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { userFolder, writeOwn } from "./files.ts";
import type { NamedProfile, Token } from "./profile.ts";

const Kept = z.object({ origin: z.string(), token: z.string(), expiresAt: z.number().optional() });
type Kept = Token & { readonly origin: string };

/** A token that ends within a minute may end on its way. */
const leastLeftMs = 60_000;

/** The kept token while it is good; else a new one, where nobody has to be asked for it. */
export async function tokenOf(profile: NamedProfile, context: Context): Promise<string> {
  const { endpoint } = profile.settings;
  const origin = endpoint === undefined ? "" : new URL(endpoint).origin;
  const kept = await readToken(profile.name, context);
  const isGood = kept?.origin === origin && (kept.expiresAt ?? Infinity) > context.now() + leastLeftMs;
  if (kept !== undefined && isGood) return kept.token;
  if (profile.signIn?.kind === "az") {
    const got = await context.acquireToken(profile.signIn);
    await keepToken(profile.name, { origin, ...got }, context);
    return got.token;
  }
  throw new CommandError(
    `${kept === undefined ? "Nobody is signed in" : "The sign-in has ended"}: batchai login --profile ${profile.name}`,
    exitCodes.forbidden,
  );
}

export async function keepToken(name: string, kept: Kept, context: Context): Promise<void> {
  await writeOwn(tokenFile(name, context), JSON.stringify(kept));
}

export async function forgetToken(name: string, context: Context): Promise<void> {
  await rm(tokenFile(name, context), { force: true });
}

async function readToken(name: string, context: Context): Promise<z.infer<typeof Kept> | undefined> {
  const text = await readFile(tokenFile(name, context), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return Kept.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function tokenFile(name: string, { environment }: Context): string {
  const folder = userFolder(environment);
  if (folder === undefined) throw usageError("Tokens are kept below your home folder; HOME is not set.");
  return join(folder, "tokens", `${encodeURIComponent(name)}.json`);
}
