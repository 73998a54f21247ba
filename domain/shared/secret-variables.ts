// Environment variables whose values nobody reads back: request, stored and wire form.
import { z } from "zod";
import { anyText, EnvironmentVariable } from "./fields.ts";
import { KeyVaultSecretReference } from "./key-vault.ts";
import { valueOrReference } from "./secrets.ts";
import type { SecretCollector } from "./secrets.ts";

export const SecretVariableRequest = z
  .object({
    name: EnvironmentVariable.shape.name,
    value: anyText().optional(),
    valueSecretReference: KeyVaultSecretReference.optional(),
  })
  .superRefine(valueOrReference("value", "valueSecretReference", "expected the variable's value"));
export type SecretVariableRequest = z.infer<typeof SecretVariableRequest>;

/** Stored form: `secret` names the value in the secret store. */
export const SecretVariable = z.object({
  name: z.string(),
  secret: z.string(),
  valueSecretReference: KeyVaultSecretReference.optional(),
});
export type SecretVariable = z.infer<typeof SecretVariable>;

/** @param secretName of a variable, unique among the owner's secrets. */
export function storeSecretVariables(
  asked: readonly SecretVariableRequest[],
  secretName: (name: string, index: number) => string,
  secrets: SecretCollector,
): SecretVariable[] {
  return asked.map(({ name, value, valueSecretReference }, index) => ({
    name,
    secret: secrets.keep(secretName(name, index), value, valueSecretReference),
    ...(valueSecretReference === undefined ? {} : { valueSecretReference }),
  }));
}

/** Values are never shown; where they are kept is no secret. */
export function secretVariablesWire(variables: readonly SecretVariable[]) {
  return variables.map(({ name, valueSecretReference }) => ({
    name,
    ...(valueSecretReference === undefined ? {} : { valueSecretReference }),
  }));
}

/** Strict, so that a value could not be shown unnoticed. */
export const SecretVariableResponse = z.strictObject({
  name: z.string(),
  valueSecretReference: KeyVaultSecretReference.optional(),
});
