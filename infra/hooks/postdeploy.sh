#!/bin/sh
# After a deployment: does the service answer, does it know who asks, does it reach its storage? No cluster is made.
set -eu

fail() {
  printf 'postdeploy: %s\n' "$1" >&2
  exit 1
}

tries=${BATCHAI_HOOK_TRIES:-30}
until curl -fsS -m 30 -o /dev/null "$BATCHAI_ENDPOINT/openapi.json"; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || fail "$BATCHAI_ENDPOINT does not answer; its logs: az webapp log tail --name $AZURE_FUNCTION_APP_NAME --resource-group $AZURE_RESOURCE_GROUP"
  sleep 10
done

token=$(az account get-access-token --scope "api://$BATCHAI_API_CLIENT_ID/.default" --query accessToken --output tsv) ||
  fail "no token for api://$BATCHAI_API_CLIENT_ID: sign in again (az login), or give yourself one of its app roles"
subscription=$(az account show --query id --output tsv)
url="$BATCHAI_ENDPOINT/subscriptions/$subscription/providers/Microsoft.BatchAI/workspaces?api-version=2018-05-01"
# The token goes in by standard input: it is in no command line.
status=$(printf 'header = "Authorization: Bearer %s"\n' "$token" | curl -sS -m 60 --config - -o /dev/null -w '%{http_code}' "$url")
case $status in
  200) printf 'OpenBatchAI answers at %s\n' "$BATCHAI_ENDPOINT" ;;
  401) fail "the service does not take the token: is BATCHAI_AUTH_AUDIENCE the client id $BATCHAI_API_CLIENT_ID?" ;;
  403) fail "the token has no app role: assign reader, submitter, operator or admin, and sign in again" ;;
  *) fail "the list of workspaces answers $status; the service's logs say why" ;;
esac
