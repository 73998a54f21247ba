#!/usr/bin/env bash
# Everything that must hold before a change ships, cheapest first. Ends with the test runner's `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s\n' "$1"; shift; "$@"; }
# Lint knows the types of every file and takes as long as all the other checks together: it goes beside them.
linted=$(mktemp)
trap 'rm -f "$linted"' EXIT
npx eslint --max-warnings 0 . >"$linted" 2>&1 &
lint=$!
step format npx prettier --check --log-level warn .
step types npx tsc --noEmit -p .
step "types of the portal" npx tsc --noEmit -p portal
step "import rules" npx depcruise --config .dependency-cruiser.cjs --output-type err activities application bench cli client contracts domain functions local orchestrations portal scripts services test
step "dead code" npx knip
step build npm run --silent build
step lint wait "$lint" || { cat "$linted"; exit 1; }
step tests npm run --silent test:all
