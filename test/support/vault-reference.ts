/** A reference to a secret of a Key Vault, as a request has it. */
export const vaultReference = (vault: string, name: string) => ({
  sourceVault: {
    id: `/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/apps/providers/Microsoft.KeyVault/vaults/${vault}`,
  },
  secretUrl: `https://${vault}.vault.azure.net/secrets/${name}`,
});
