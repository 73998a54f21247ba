// Reads secrets by the REST surface of Azure Key Vault, one GET each ("Get Secret", api-version 7.4). Not by its SDK, which refuses
// plain http even on a loopback address, where the local cloud's vaults are.
import { z } from "zod";
import { AppError } from "../../domain/shared/errors.ts";
import { vaultSecret } from "../../domain/shared/key-vault.ts";
import type { KeyVaults } from "../key-vaults.ts";
import type { TokenSource } from "./bearer-policy.ts";
import { isLoopbackHttp } from "./endpoints.ts";
import { readAnswer } from "./read-answer.ts";

const apiVersion = "7.4";
const scope = "https://vault.azure.net/.default";
const answerDeadlineMs = 30_000;

const SecretBundle = z.object({ value: z.string() });
const ErrorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

export interface KeyVaultOptions {
  /** With `{vault}`, e.g. `https://{vault}.vault.azure.net`. */
  readonly endpointTemplate: string;
  /** Vaults that may be named, in lower case; `*` for all that let the service in. */
  readonly allowed: readonly string[];
  readonly tokens: TokenSource;
  readonly fetch?: typeof fetch;
}

/** The token goes to the vault of that name at the template's address only, whatever address a request names. */
export function keyVaults(options: KeyVaultOptions): KeyVaults {
  const { endpointTemplate, allowed, tokens } = options;
  return {
    async read(reference) {
      const { vault, name, version } = vaultSecret(reference);
      if (!allowed.includes("*") && !allowed.includes(vault))
        throw unavailable(
          `Secrets of the Key Vault '${vault}' are not to be used here: an administrator adds it to BATCHAI_KEY_VAULTS.`,
        );
      const base = endpointTemplate.replace("{vault}", vault);
      isLoopbackHttp(base);
      const path = version === undefined ? name : `${name}/${version}`;
      const token = await tokens.token(scope);
      const url = `${base}/secrets/${path}?api-version=${apiVersion}`;
      const answer = await get(options.fetch ?? fetch, url, token, vault);
      if (answer.status === 200)
        return readAnswer(`The Key Vault '${vault}'`, SecretBundle, answer.text).value;
      throw refusal(answer, `The secret '${path}' of the Key Vault '${vault}'`);
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function get(ask: typeof fetch, url: string, token: string, vault: string): Promise<Answer> {
  try {
    const response = await ask(url, {
      redirect: "error",
      headers: { authorization: `Bearer ${token}`, accept: "application/json" },
      signal: AbortSignal.timeout(answerDeadlineMs),
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new AppError("ServiceUnavailable", `The Key Vault '${vault}' could not be reached.`, { cause });
  }
}

/** Only the vault's own words refuse; whatever else stands in their place may pass. */
function refusal({ status, text }: Answer, what: string): AppError {
  const body = errorIn(text);
  if (body === undefined || status < 400)
    return new AppError(
      "ServiceUnavailable",
      `${what} was answered ${status} in words that are not a vault's.`,
    );
  const said = ` (${body.code}: ${body.message})`;
  if (status === 429 || status >= 500)
    return new AppError("ServiceUnavailable", `${what} could not be read just now${said}.`);
  if (status === 404) return unavailable(`${what} does not exist${said}.`);
  return unavailable(
    `${what} may not be read${said}: give this service's managed identity the role 'Key Vault Secrets User' there.`,
  );
}

function errorIn(text: string): z.infer<typeof ErrorBody>["error"] | undefined {
  try {
    return ErrorBody.parse(JSON.parse(text)).error;
  } catch {
    return undefined;
  }
}

function unavailable(message: string): AppError {
  return new AppError("KeyVaultSecretUnavailable", message);
}
