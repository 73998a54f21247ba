// Secret values leave a request before it becomes a document: the document holds a secret's name, the value goes to the
// secret store. Names are unique within one cluster or job; the store adds the owner's GUID.
import type { z } from "zod";
import type { KeyVaultSecretReference } from "./key-vault.ts";

/** Name → value, e.g. `mountVolumes.azureFileShares.0.accountKey` → the key. Never logged, never in a document. */
export type SecretValues = ReadonlyMap<string, string>;

/** The value itself, or where it is to be read when it is needed. */
export type SecretSource = string | KeyVaultSecretReference;

/** By the same names as `SecretValues`. */
export type SecretSources = ReadonlyMap<string, SecretSource>;

export interface WithSecrets<Document> {
  readonly document: Document;
  readonly secrets: SecretSources;
}

/** Collects what was given while a document is built; hands out the name to store in its place. */
export class SecretCollector {
  readonly values = new Map<string, SecretSource>();

  /** @throws Error when the name was used before, or nothing was given, which the request's schema should have refused. */
  keep(name: string, value: string | undefined, reference?: KeyVaultSecretReference): string {
    if (this.values.has(name)) throw new Error(`secret name used twice: ${name}`);
    const source = value ?? reference;
    if (source === undefined) throw new Error(`the secret ${name} has no value`);
    this.values.set(name, source);
    return name;
  }
}

/** For members of which exactly one is to be given: a value, or a reference to one. `expected` words what the value is. */
export function valueOrReference(value: string, reference: string, expected: string) {
  return (given: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    const [hasValue, hasReference] = [given[value] !== undefined, given[reference] !== undefined];
    if (hasValue && hasReference)
      context.addIssue({
        code: "custom",
        path: [reference],
        message: `expected either ${value} or ${reference}, not both`,
      });
    if (!hasValue && !hasReference)
      context.addIssue({ code: "custom", path: [value], message: `${expected}, or a ${reference}` });
  };
}
