// Key Vaults of the local cloud, behind the REST surface of Azure Key Vault (secrets only). The vault named `local` has an
// address of its own, over TLS, which the genuine clients ask for; under `/vaults/{name}` every vault that a request names is
// there, with what was put into it, so that job files with references to a vault in Azure need no change.
import type { Clock } from "../clock.ts";
import { appIdentity, isIssuedFor } from "../identity/index.ts";
import type { LocalIdentity, TokenHolder } from "../identity/index.ts";
import type { Random } from "../random.ts";
import { answer, vaultAudience } from "./protocol/answer.ts";
import type { VaultRole } from "./protocol/answer.ts";
import { Vault } from "./service/vault.ts";
import { openSecretsFile } from "./store/secrets-file.ts";

export interface KeyVaultOptions {
  /** Path of the encrypted file. */
  readonly file: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly identity: Pick<LocalIdentity, "verify">;
  /** Address of the token endpoint's authority. */
  authority(): string;
  readonly clock: Clock;
  readonly random: Random;
}

/** The vault at the root of an address. */
const localVault = "local";

/** Answers what lies under `/secrets`, `/deletedsecrets` and `/vaults/{name}`; undefined for every other path. */
export function createKeyVaults(o: KeyVaultOptions): (request: Request) => Promise<Response | undefined> {
  const file = openSecretsFile(o.file, o.key, o.random);
  const roleOf = async (token: string) => {
    const holder = await o.identity.verify(token);
    return holder !== undefined && isIssuedFor(holder, vaultAudience) ? roleOfHolder(holder) : undefined;
  };
  return async (request) => {
    const { origin, pathname } = new URL(request.url);
    const [, prefix = "", name = localVault, path = ""] =
      /^(\/vaults\/([A-Za-z0-9-]{3,24}))?(\/(?:secrets|deletedsecrets)(?:\/.*)?)$/.exec(pathname) ?? [];
    if (path === "") return undefined;
    return answer(request, {
      base: `${origin}${prefix}`,
      path,
      vault: new Vault(name.toLowerCase(), file, o.clock, o.random),
      authority: o.authority(),
      roleOf,
    });
  };
}

/** As role assignments would say: the app reads, administrators do everything. */
function roleOfHolder({ subject, roles }: TokenHolder): VaultRole | "none" {
  if (roles.includes("admin")) return "officer";
  return subject === appIdentity ? "reader" : "none";
}
