// A token of Microsoft Entra, by the Azure SDK: with a code that the person types into a browser, or from the Azure CLI that is signed in.
import { AzureCliCredential, DeviceCodeCredential } from "@azure/identity";
import type { Context } from "../command.ts";
import { CommandError, usageError } from "../failure.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { SignIn, Token } from "./profile.ts";

export async function acquireToken(
  { kind, tenant, clientId, audience }: SignIn,
  context: Pick<Context, "err" | "readInput">,
): Promise<Token> {
  if (kind === "token") {
    const token = (await context.readInput()).trim();
    if (!/^[\x21-\x7e]+$/.test(token)) throw usageError("--with-token reads one token from standard input.");
    return { token, expiresAt: undefined };
  }
  const of = tenant === undefined ? {} : { tenantId: tenant };
  const credential =
    kind === "az"
      ? new AzureCliCredential(of)
      : new DeviceCodeCredential({
          ...of,
          ...(clientId === undefined ? {} : { clientId }),
          userPromptCallback: ({ message }) => context.err(`${message}\n`),
        });
  try {
    const got = await credential.getToken(`${audience.replace(/\/$/, "")}/.default`);
    return { token: got.token, expiresAt: got.expiresOnTimestamp };
  } catch (error) {
    throw new CommandError(`The sign-in failed: ${(error as Error).message}`, exitCodes.forbidden, error);
  }
}
