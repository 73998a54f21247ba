#!/bin/sh
# After provisioning: the key that seals stored secrets is written once and never again, and whoever deploys becomes administrator.
# The key is in no command line, no environment and no file that stays.
set -eu

# Rights that were just assigned take a while to be known everywhere.
retry() { # command…
  retry_left=${BATCHAI_HOOK_TRIES:-12}
  until "$@"; do
    retry_left=$((retry_left - 1))
    [ "$retry_left" -gt 0 ] || return 1
    sleep 10
  done
}

if [ "${BATCHAI_ISOLATED-false}" = true ]; then
  printf 'postprovision: the vault is closed to this machine; its key was written when the deployment was still open\n'
  exit 0
fi

# A vault that cannot be listed is not one without a key: writing then would destroy every stored secret.
has_key() {
  found=$(az keyvault secret list --vault-name "$AZURE_KEY_VAULT_NAME" --include-managed false \
    --query "length([?name=='secrets-key'])" --output tsv)
}
retry has_key || {
  printf 'postprovision: the key vault %s cannot be read; is the role "Key Vault Secrets Officer" yours there?\n' "$AZURE_KEY_VAULT_NAME" >&2
  exit 1
}
if [ "$found" = 0 ]; then
  umask 077
  file=$(mktemp)
  trap 'rm -f "$file"' EXIT
  head -c 32 /dev/urandom | base64 | tr -d '\n' >"$file"
  retry az keyvault secret set --vault-name "$AZURE_KEY_VAULT_NAME" --name secrets-key --file "$file" --output none
  # The app asked for the key before there was one.
  az functionapp restart --name "$AZURE_FUNCTION_APP_NAME" --resource-group "$AZURE_RESOURCE_GROUP" --output none
fi

admin=2f0b8f0e-5d0e-4d49-9c34-0f6c5a3b7a04
# In a pipeline nobody is signed in as a user: the principal then gets its role by hand, once.
person=$(az ad signed-in-user show --query id --output tsv 2>/dev/null || true)
[ -n "$person" ] || exit 0
resource=$(az ad sp list --filter "appId eq '$BATCHAI_API_CLIENT_ID'" --query '[0].id' --output tsv)
roles=https://graph.microsoft.com/v1.0/servicePrincipals/$resource/appRoleAssignedTo
held=$(az rest --url "$roles" --query "length(value[?principalId=='$person' && appRoleId=='$admin'])" --output tsv)
[ "$held" != 0 ] ||
  az rest --method POST --url "$roles" --output none \
    --body "{\"principalId\":\"$person\",\"resourceId\":\"$resource\",\"appRoleId\":\"$admin\"}"
