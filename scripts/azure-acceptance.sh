#!/bin/sh
# What only a real subscription can show: deploys, asks `batchai doctor`, runs a job with every toolkit on two nodes, one on Spot through an
# eviction, logs in to a node, closes the deployment into a virtual network and runs a job there, and deletes everything again, also after a
# failure. It is made to be run once, by hand, and costs money: nodes, and an hour of the network of an isolated deployment.
#
#   scripts/azure-acceptance.sh --dry-run     what it would do, and what that would cost
#   scripts/azure-acceptance.sh --cost        what it would cost
#   scripts/azure-acceptance.sh               does it (signed in to az and azd; `npm run build` before)
#   scripts/azure-acceptance.sh --keep        leaves the deployment there
#
# ACCEPTANCE_LOCATION (westeurope), ACCEPTANCE_SIZE (STANDARD_D2S_V5), ACCEPTANCE_ENV (a name for azd) may be set. Where Batch owns the
# machines nobody can ask for an eviction: it is rehearsed there (`batchai preempt`). With ACCEPTANCE_POOLS=UserSubscription the machines are
# in the subscription, and Azure is asked to evict those of this run (`az vmss simulate-eviction`), which takes it up to half an hour.
set -eu

dry_run=no keep=no cost_only=no
for word; do
  case $word in
    --dry-run) dry_run=yes ;;
    --cost) cost_only=yes ;;
    --keep) keep=yes ;;
    *)
      sed -n '2,14p' "$0" | cut -c 3- >&2
      exit 2
      ;;
  esac
done
location=${ACCEPTANCE_LOCATION:-westeurope} size=${ACCEPTANCE_SIZE:-STANDARD_D2S_V5}
environment=${ACCEPTANCE_ENV:-batchai-acceptance-$(date +%m%d%H%M)}
toolkits='custom customMpi pyTorch tensorFlow horovod chainer cntk caffe caffe2'
pools=${ACCEPTANCE_POOLS:-BatchService}
case $pools in
  BatchService | UserSubscription) ;;
  *)
    printf "azure-acceptance: ACCEPTANCE_POOLS is '%s': expected BatchService or UserSubscription\\n" "$pools" >&2
    exit 2
    ;;
esac
# Two nodes for all jobs of two nodes, one of Spot, one in the network; measured on nothing: half an hour is what an image's download and ten
# jobs may take, and as much again each for the network and for an eviction that Azure makes.
nodes=4 hours=0.5 network_hours=1
[ "$pools" = BatchService ] || hours=1

batchai() { node dist/local/batchai.mjs "$@"; }
say() { printf '%s\n' "$*"; }
fail() {
  printf 'azure-acceptance: %s\n' "$1" >&2
  exit 1
}

# Azure's public list, without an account: pay as you go, in US dollars an hour. What it does not answer is not guessed.
price_of() { # size
  name=Standard_$(printf '%s' "${1#STANDARD_}" | sed 's/_V\([0-9]\)/_v\1/; s/S_v/s_v/; s/AS_/as_/; s/ADS_/ads_/')
  curl -fsS -m 20 -G https://prices.azure.com/api/retail/prices --data-urlencode \
    "\$filter=serviceName eq 'Virtual Machines' and priceType eq 'Consumption' and armRegionName eq '$location' and armSkuName eq '$name'" 2>/dev/null |
    tr '{' '\n' | grep -v -e Windows -e Spot -e 'Low Priority' | sed -n 's/.*"retailPrice":\([0-9.]*\).*/\1/p' | head -n 1
}

cost() {
  price=$(price_of "$size" || true)
  if [ -z "$price" ]; then
    say "Cost: about $(awk "BEGIN { print $nodes * $hours }") node hours of $size; the price list of Azure does not answer, so no sum."
  else
    say "Cost: about $(awk "BEGIN { print $nodes * $hours }") node hours of $size at $price USD: $(awk "BEGIN { printf \"%.2f\", $nodes * $hours * $price }") USD, Spot counted as dedicated."
  fi
  month=$(batchai estimate --isolated --jobs 20 --busy-hours 2 --query month -o tsv)
  say "The service, isolated for $network_hours hour: $(awk "BEGIN { printf \"%.2f\", $month / 730 * $network_hours }") USD by the committed prices (batchai estimate). Until 'azd down' has ended, things may be billed."
}

plan() {
  say "In $location, as azd environment $environment:"
  say "  1. azd up: deploys everything"
  say "  2. batchai doctor: whether jobs can run with $size"
  say "  3. a cluster of $nodes nodes of $size, and one of Spot"
  say "  4. a job of two nodes with each toolkit: $toolkits"
  say "  5. a job on Spot; a job that is terminated; a job that fails with exit code 7"
  say "  6. addresses for ssh of both nodes"
  say "  7. an eviction, rehearsed: the job runs again and succeeds"
  [ "$pools" = BatchService ] || say "     and one that Azure makes of the machines of this run"
  say "  8. BATCHAI_ISOLATED and private nodes: a cluster without a subnet is refused; in one, its node has no public address,"
  say "     and finds storage, vault and Batch at private addresses"
  say "  9. deletes the clusters and the workspace; azd down --force --purge"
  cost
}

if [ "$cost_only" = yes ]; then
  cost
  exit 0
fi
if [ "$dry_run" = yes ]; then
  plan
  exit 0
fi
for program in az azd curl awk node; do command -v "$program" >/dev/null || fail "$program is not installed"; done
plan

work=$(mktemp -d)
passed='' failed=''
clean_up() {
  code=$?
  trap - EXIT INT TERM HUP
  rm -rf "$work"
  if [ "$keep" = yes ]; then
    say "Left there. Delete it with: azd down --environment $environment --force --purge"
  else
    for name in two spot private; do batchai cluster delete -w acceptance -n "$name" -y || true; done
    azd down --environment "$environment" --force --purge ||
      say "NOT DELETED: run azd down --environment $environment --force --purge, and look into the resource group rg-$environment" >&2
  fi
  say "passed:${passed:- nothing}"
  [ -z "$failed" ] || say "FAILED:$failed"
  [ -z "$failed" ] || [ "$code" != 0 ] || code=1
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

check() { # name command...
  check_name=$1
  shift
  if "$@"; then passed="$passed $check_name"; else failed="$failed $check_name"; fi
}

azd env new "$environment" --location "$location" --no-prompt
azd env set BATCHAI_POOL_ALLOCATION_MODE "$pools" --environment "$environment"
azd up --environment "$environment" --no-prompt
value() { azd env get-value "$1" --environment "$environment"; }
BATCHAI_ENDPOINT=$(value BATCHAI_ENDPOINT)
client=$(value BATCHAI_API_CLIENT_ID)
BATCHAI_SUBSCRIPTION_ID=$(az account show --query id --output tsv)
BATCHAI_RESOURCE_GROUP=acceptance BATCHAI_LOCATION=$location
BATCHAI_WORKSPACE=acceptance BATCHAI_EXPERIMENT=toolkits
export BATCHAI_ENDPOINT BATCHAI_SUBSCRIPTION_ID BATCHAI_RESOURCE_GROUP BATCHAI_LOCATION BATCHAI_WORKSPACE BATCHAI_EXPERIMENT
# A token lasts an hour or so, and the whole takes as long.
sign_in() {
  BATCHAI_TOKEN=$(az account get-access-token --scope "api://$client/.default" --query accessToken --output tsv)
  export BATCHAI_TOKEN
}
sign_in
batchai doctor --vm-size "$size" --output table || fail "the deployment cannot run jobs: see the remedies above"

batchai workspace create -n acceptance
batchai experiment create -n toolkits
batchai cluster create -n two -s "$size" -t "$nodes"
# Whose machines are evicted: scale sets that this run made, and no other's.
spot_sets() { az vmss list --query "[?virtualMachineProfile.priority=='Spot'].[resourceGroup,name]" --output tsv | sort; }
[ "$pools" = BatchService ] || spot_sets >"$work/before"
check spot-cluster batchai cluster create -n spot -s "$size" -t 1 --vm-priority lowpriority

# The frameworks themselves are not in Azure's images; each toolkit starts this script instead, which needs what the toolkit promises.
script='import os, socket; print(socket.gethostname(), sorted(k for k in os.environ if k.startswith("AZ_BATCHAI")))'
job() { # name settings [nodes]
  cat >"$work/$1.json" <<JSON
{
  "properties": {
    "nodeCount": ${3:-2},
    "stdOutErrPathPrefix": "/tmp",
    "jobPreparation": { "commandLine": "printf '%s\\\\n' '$(printf '%s' "$script" | sed 's/"/\\"/g')' > \$AZ_BATCHAI_JOB_TEMP/check.py" },
    $2
  }
}
JSON
}
runs() { # name cluster
  batchai job create -n "$1" -c "$2" -f "$work/$1.json" && batchai job wait -n "$1" --timeout 1800
}
# shellcheck disable=SC2016 # the node expands these
python='"pythonScriptFilePath": "$AZ_BATCHAI_JOB_TEMP/check.py", "pythonInterpreterPath": "python3"'
for toolkit in $toolkits; do
  # shellcheck disable=SC2016
  case $toolkit in
    custom) settings='"commandLine": "python3 $AZ_BATCHAI_JOB_TEMP/check.py"' ;;
    customMpi) settings='"commandLine": "python3 $AZ_BATCHAI_JOB_TEMP/check.py", "processCount": 2' ;;
    pyTorch) settings="$python, \"processCount\": 2, \"communicationBackend\": \"gloo\"" ;;
    tensorFlow) settings="$python, \"workerCount\": 2, \"parameterServerCount\": 1" ;;
    caffe2) settings=$python ;;
    *) settings="$python, \"processCount\": 2" ;;
  esac
  block=${toolkit}Settings
  [ "$toolkit" != custom ] || block=customToolkitSettings
  job "$toolkit" "\"$block\": { $settings }"
  sign_in
  check "$toolkit" runs "$toolkit" two
done

sign_in
job on-spot '"customToolkitSettings": { "commandLine": "true" }' 1
check on-spot runs on-spot spot
job fails '"customToolkitSettings": { "commandLine": "exit 7" }' 1
exits_with_7() {
  ended=0
  runs fails two || ended=$?
  [ "$ended" = 7 ]
}
check exit-code exits_with_7
job ends '"customToolkitSettings": { "commandLine": "sleep 3600" }' 1
terminates() { batchai job create -n ends -c two -f "$work/ends.json" && batchai job terminate -n ends -y; }
check terminate terminates
check ssh-addresses batchai cluster node list -c two --output table

# Its first attempt lasts until it is ended, and every other one ends well.
# shellcheck disable=SC2016
job evicted '"customToolkitSettings": { "commandLine": "[ \"$AZ_BATCHAI_ATTEMPT\" != 1 ] || sleep 3000" }' 1
runs_now() { [ "$(batchai job show -n "$1" --query executionState -o tsv)" = running ]; }
survives() { # name command...
  evicted=$1
  shift
  batchai job create -n "$evicted" -c spot -f "$work/evicted.json" || return 1
  tries=90
  until runs_now "$evicted"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 10
  done
  "$@" && sign_in && batchai job wait -n "$evicted" --timeout 2700 &&
    [ "$(batchai job attempts -n "$evicted" --query 'length(@)' -o tsv)" -ge 2 ]
}
sign_in
check rehearsed-eviction survives rehearsed batchai preempt rehearsed -y
evict_those_of_this_run() {
  spot_sets | comm -13 "$work/before" - >"$work/ours"
  [ -s "$work/ours" ] || return 1
  while read -r group set; do
    for instance in $(az vmss list-instances --resource-group "$group" --name "$set" --query '[].instanceId' --output tsv); do
      az vmss simulate-eviction --resource-group "$group" --name "$set" --instance-id "$instance" || return 1
    done
  done <"$work/ours"
}
if [ "$pools" = UserSubscription ]; then
  sign_in
  check eviction survives evicted evict_those_of_this_run
fi
for name in two spot; do batchai cluster delete -w acceptance -n "$name" -y || true; done

# The network: everything is closed to the internet from here on, and nodes have private addresses only.
closed() {
  azd env set BATCHAI_ISOLATED true --environment "$environment" &&
    azd env set BATCHAI_NODE_ADDRESSES private --environment "$environment" &&
    azd provision --environment "$environment" --no-prompt
}
check isolated closed
sign_in
refused_without_subnet() { ! batchai cluster create -n outside -s "$size" -t 1; }
check no-subnet-refused refused_without_subnet
group=$(value AZURE_RESOURCE_GROUP)
check private-cluster batchai cluster create -n private -s "$size" -t 1 --subnet "$(value BATCHAI_POOL_SUBNET_ID)"
all_private() {
  addresses=$(batchai cluster node list -c private --query '[].ipAddress' -o tsv)
  [ -n "$addresses" ] && ! printf '%s\n' "$addresses" | grep -qv '^10\.42\.[4-7]\.'
}
check private-addresses all_private
storage=$(az storage account list --resource-group "$group" --query '[0].primaryEndpoints.blob' --output tsv | sed 's|https://||; s|/$||')
batch=$(az resource show --ids "$(value BATCHAI_BATCH_ACCOUNT_ID)" --query properties.accountEndpoint --output tsv)
hosts="$storage $batch $(value AZURE_KEY_VAULT_NAME).vault.azure.net"
# The subnet of private endpoints (infra/modules/network.bicep).
job resolves "\"customToolkitSettings\": { \"commandLine\": \"for host in $hosts; do getent hosts \$host | grep '^10[.]42[.]1[.]' || exit 1; done\" }" 1
check private-endpoints runs resolves private
