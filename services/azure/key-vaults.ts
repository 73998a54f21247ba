// Reads secrets by the REST surface of Azure Key Vault, one GET each ("Get Secret", api-version 7.4). Not by its SDK, which refuses
// plain http even on a loopback address, where the local cloud's vaults are.
import { z } from "zod";
import { AppError } from "../../domain/shared/errors.ts";
import { vaultSecret } from "../../domain/shared/key-vault.ts";
import type { KeyVaults } from "../key-vaults.ts";
import type { TokenSource } from "./bearer-policy.ts";
import { isLoopbackHttp } from "./endpoints.ts";

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
}

/** The token goes to the vault of that name at the template's address only, whatever address a request names. */
export function keyVaults({ endpointTemplate, allowed, tokens }: KeyVaultOptions): KeyVaults {
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
      const response = await get(`${base}/secrets/${path}?api-version=${apiVersion}`, token, vault);
      if (response.ok) return SecretBundle.parse(await response.json()).value;
      throw await refusal(response, `The secret '${path}' of the Key Vault '${vault}'`);
    },
  };
}

async function get(url: string, token: string, vault: string): Promise<Response> {
  try {
    return await fetch(url, {
      redirect: "error",
      headers: { authorization: `Bearer ${token}`, accept: "application/json" },
      signal: AbortSignal.timeout(answerDeadlineMs),
    });
  } catch (cause) {
    throw new AppError("ServiceUnavailable", `The Key Vault '${vault}' could not be reached.`, { cause });
  }
}

async function refusal(response: Response, what: string): Promise<AppError> {
  const body = ErrorBody.safeParse(await response.json().catch(() => undefined));
  const said = body.success ? ` (${body.data.error.code}: ${body.data.error.message})` : "";
  if (response.status === 429 || response.status >= 500)
    return new AppError("ServiceUnavailable", `${what} could not be read just now${said}.`);
  if (response.status === 404) return unavailable(`${what} does not exist${said}.`);
  return unavailable(
    `${what} may not be read${said}: give this service's managed identity the role 'Key Vault Secrets User' there.`,
  );
}

function unavailable(message: string): AppError {
  return new AppError("KeyVaultSecretUnavailable", message);
}
