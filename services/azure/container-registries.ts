// Logs in to Azure Container Registry by managed identity: the identity's token is exchanged for a refresh token of the registry, which
// is a password to `docker login`. Source: "Authenticate with an Azure container registry", Azure/acr docs, AAD-OAuth.
import { z } from "zod";
import { AppError } from "../../domain/shared/errors.ts";
import type { ContainerRegistries } from "../container-registries.ts";
import type { TokenSource } from "./bearer-policy.ts";
import { isLoopbackHttp } from "./endpoints.ts";

const scope = "https://containerregistry.azure.net/.default";
const answerDeadlineMs = 30_000;
const Exchanged = z.object({ refresh_token: z.string().min(1) });

export interface ContainerRegistryOptions {
  /** With `{registry}`. */
  readonly endpointTemplate: string;
  /** Registries that the service may log in to, in lower case: `lab.azurecr.io`. */
  readonly allowed: readonly string[];
  readonly tokens: TokenSource;
}

/** The identity's token goes to registries that an administrator named, and to no others. */
export function containerRegistries(o: ContainerRegistryOptions): ContainerRegistries {
  return {
    async password(registry) {
      if (!o.allowed.includes(registry)) return undefined;
      const base = o.endpointTemplate.replace("{registry}", registry);
      isLoopbackHttp(base);
      const token = await o.tokens.token(scope);
      const response = await exchange(`${base}/oauth2/exchange`, registry, token);
      if (response.ok) return Exchanged.parse(await response.json()).refresh_token;
      await response.body?.cancel();
      throw refusal(response.status, registry);
    },
  };
}

async function exchange(url: string, registry: string, token: string): Promise<Response> {
  const form = new URLSearchParams({ grant_type: "access_token", service: registry, access_token: token });
  try {
    return await fetch(url, {
      method: "POST",
      redirect: "error",
      body: form,
      signal: AbortSignal.timeout(answerDeadlineMs),
    });
  } catch (cause) {
    throw new AppError("ServiceUnavailable", `The container registry '${registry}' could not be reached.`, {
      cause,
    });
  }
}

function refusal(status: number, registry: string): AppError {
  if (status === 429 || status >= 500)
    return new AppError(
      "ServiceUnavailable",
      `The container registry '${registry}' answers ${status} just now.`,
    );
  return new AppError(
    "ContainerRegistryUnavailable",
    `The container registry '${registry}' refuses this service's managed identity (${status}): give it the role AcrPull there.`,
  );
}
