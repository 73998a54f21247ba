// The secret values of a template: they leave it before it becomes part of a document, and come back when a job is made of it.
import type { SecretValues } from "../shared/secrets.ts";

const secretMember =
  /^(?:password|adminUserPassword|accountKey|sasKey|sasToken|instrumentationKey|privateKey)$/i;

/** @returns the template without its secret values, and these by the path of their place. */
export function withoutSecrets(template: unknown): {
  readonly template: unknown;
  readonly secrets: SecretValues;
} {
  const secrets = new Map<string, string>();
  const strip = (value: unknown, path: string, key: string, inSecrets: boolean): unknown => {
    if (typeof value === "string" && (secretMember.test(key) || (inSecrets && key === "value"))) {
      secrets.set(path, value);
      return undefined;
    }
    if (Array.isArray(value))
      return value.map((item: unknown, at) => strip(item, `${path}/${at}`, "", inSecrets));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
        const kept = strip(member, `${path}/${name}`, name, inSecrets || name === "secrets");
        return kept === undefined ? [] : [[name, kept]];
      }),
    );
  };
  return { template: strip(template, "", "", false), secrets };
}

/** The same of the cluster that a trigger makes: its paths begin with another word than those of the template. */
export function clusterWithoutSecrets<Cluster>(cluster: Cluster) {
  const { template, secrets } = withoutSecrets({ cluster });
  return { cluster: (template as { readonly cluster: Cluster }).cluster, secrets };
}

/** Its body as it is PUT. */
export function clusterWithSecrets(
  { properties }: { readonly properties: Readonly<Record<string, unknown>> },
  secrets: ReadonlyMap<string, unknown>,
): unknown {
  return (withSecrets({ cluster: { properties } }, secrets) as { readonly cluster: unknown }).cluster;
}

export function withSecrets(template: unknown, secrets: ReadonlyMap<string, unknown>): unknown {
  const put = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item: unknown, at) => put(item, `${path}/${at}`));
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).map(([name, member]: [string, unknown]) => [
      name,
      put(member, `${path}/${name}`),
    ]);
    const own = [...secrets].flatMap(([at, secret]) => {
      const name = at.startsWith(`${path}/`) ? at.slice(path.length + 1) : "/";
      return name.includes("/") ? [] : [[name, secret]];
    });
    return Object.fromEntries([...members, ...own]);
  };
  return secrets.size === 0 ? template : put(template, "");
}
