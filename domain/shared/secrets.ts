// Secret values leave a request before it becomes a document: the document holds a secret's name, the value goes to the
// secret store. Names are unique within one cluster or job; the store adds the owner's GUID.

/** Name → value, e.g. `mountVolumes.azureFileShares.0.accountKey` → the key. Never logged, never in a document. */
export type SecretValues = ReadonlyMap<string, string>;

export interface WithSecrets<Document> {
  readonly document: Document;
  readonly secrets: SecretValues;
}

/** Collects values while a document is built; hands out the name to store in their place. */
export class SecretCollector {
  readonly values = new Map<string, string>();

  keep(name: string, value: string): string {
    if (this.values.has(name)) throw new Error(`secret name used twice: ${name}`);
    this.values.set(name, value);
    return name;
  }
}
