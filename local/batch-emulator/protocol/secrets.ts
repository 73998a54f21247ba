// Passwords, keys and tokens are write-only in Azure Batch: what a caller gave is answered without them.

const secret = new Set(["password", "accountKey", "sasKey", "sshPrivateKey", "protectedSettings"]);

/** The value without its secret members, however deep. */
export function withoutSecrets<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutSecrets) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !secret.has(name))
      .map(([name, member]) => [name, withoutSecrets(member as unknown)]),
  ) as T;
}
