// A refusal as Azure Key Vault words it ("Azure Key Vault REST API error codes").
export class VaultFault extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const secretNotFound = (id: string) =>
  new VaultFault(
    404,
    "SecretNotFound",
    `A secret with (name/id) ${id} was not found in this key vault. If you recently deleted this secret you may be able to recover it.`,
  );
