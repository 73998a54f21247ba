#!/bin/sh
# Before provisioning: what this subscription lacks is said now, and the app registration that tokens are issued for is made once.
# Needs az (signed in) and azd. Idempotent: what is there is left alone.
set -eu

fail() {
  printf 'preprovision: %s\n' "$1" >&2
  exit 1
}
# Of the environment of azd, which a pipeline gives as variables.
setting() { eval "printf '%s' \"\${$1-}\""; }

scheduler=
case $(setting BATCHAI_ORCHESTRATION_STORE) in
'' | AzureStorage) ;;
DurableTaskScheduler)
  # Its private endpoint is not made: in a closed network the app would not reach it.
  [ "$(setting BATCHAI_ISOLATED)" != true ] ||
    fail "BATCHAI_ISOLATED goes with orchestrations in storage only: azd env set BATCHAI_ORCHESTRATION_STORE AzureStorage"
  scheduler=Microsoft.DurableTask
  ;;
*) fail "BATCHAI_ORCHESTRATION_STORE is AzureStorage or DurableTaskScheduler, not '$(setting BATCHAI_ORCHESTRATION_STORE)'" ;;
esac

for provider in Microsoft.Batch Microsoft.Compute Microsoft.Network Microsoft.Web Microsoft.Storage Microsoft.KeyVault Microsoft.Insights \
  Microsoft.OperationalInsights Microsoft.ManagedIdentity Microsoft.App Microsoft.EventGrid $scheduler; do
  state=$(az provider show --namespace "$provider" --query registrationState --output tsv)
  [ "$state" = Registered ] || fail "the resource provider $provider is not registered ($state): az provider register --namespace $provider --wait"
done

# The region may have as many Batch accounts as this; one of ours counts, too.
used=$(az batch account list --query "length([?location=='$AZURE_LOCATION'])" --output tsv)
quota=$(az batch location quotas show --location "$AZURE_LOCATION" --query accountQuota --output tsv) ||
  fail "Azure Batch does not answer for the region $AZURE_LOCATION: choose another (azd env set AZURE_LOCATION …)"
ours=$(az batch account list --resource-group "rg-$AZURE_ENV_NAME" --query 'length(@)' --output tsv 2>/dev/null || echo 0)
[ "$ours" -gt 0 ] || [ "$used" -lt "$quota" ] ||
  fail "the subscription has $used Batch accounts in $AZURE_LOCATION and may have $quota: delete one, or ask Azure for more"

if [ "$(setting BATCHAI_POOL_ALLOCATION_MODE)" = UserSubscription ]; then
  # The application id of "Microsoft Azure Batch" is the same in every tenant.
  principal=$(az ad sp show --id ddbf3205-c6bd-46ae-8127-60eb93363864 --query id --output tsv) ||
    fail "the tenant has no service principal of Azure Batch: az provider register --namespace Microsoft.Batch --wait"
  azd env set BATCHAI_BATCH_SERVICE_PRINCIPAL_ID "$principal"
fi

# Whoever deploys after the first time, a pipeline above all, needs no right to change registrations.
[ -z "$(setting BATCHAI_API_CLIENT_ID)" ] || exit 0
# A registration of that name from an earlier try is taken up again.
client=$(az ad app list --display-name "openbatchai-$AZURE_ENV_NAME" --query '[0].appId' --output tsv)
[ -n "$client" ] || client=$(az ad app create --display-name "openbatchai-$AZURE_ENV_NAME" \
  --sign-in-audience AzureADMyOrg --app-roles @infra/hooks/app-roles.json --query appId --output tsv)

# Tokens of version 2 carry the client id as their audience; the Azure CLI may ask for them without asking its user.
# They list those of the caller's groups that are assigned to the application: all of them would not fit.
object=$(az ad app show --id "$client" --query id --output tsv)
api=$(mktemp)
trap 'rm -f "$api"' EXIT
scope=9d6ef2a5-0b0c-4c0c-8f5a-7f0f6d2f3c11
cat >"$api" <<JSON
{
  "identifierUris": ["api://$client"],
  "groupMembershipClaims": "ApplicationGroup",
  "api": {
    "requestedAccessTokenVersion": 2,
    "oauth2PermissionScopes": [
      {
        "id": "$scope", "value": "user_impersonation", "type": "User", "isEnabled": true,
        "adminConsentDisplayName": "Use OpenBatchAI", "adminConsentDescription": "Use OpenBatchAI as the signed-in user."
      }
    ]
  }
}
JSON
az rest --method PATCH --url "https://graph.microsoft.com/v1.0/applications/$object" --body "@$api"
# A client can be trusted with a scope only once the scope exists.
cat >"$api" <<JSON
{ "api": { "preAuthorizedApplications": [{ "appId": "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "delegatedPermissionIds": ["$scope"] }] } }
JSON
az rest --method PATCH --url "https://graph.microsoft.com/v1.0/applications/$object" --body "@$api"
# Roles are given to service principals of the registration, and only who has one gets tokens.
principal=$(az ad sp list --filter "appId eq '$client'" --query '[0].id' --output tsv)
[ -n "$principal" ] || principal=$(az ad sp create --id "$client" --query id --output tsv)
az ad sp update --id "$principal" --set appRoleAssignmentRequired=true
# Last, so that a try that was cut off is taken up again.
azd env set BATCHAI_API_CLIENT_ID "$client"
