#!/usr/bin/env bash
# Runs NGINX with the module against a real authorization server, oidc-provider, and holds it and the
# mint against another implementation of JOSE, jose; both under node's test runner. ./build.sh e2e calls
# this once the module and the mint are built.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly WORK=$PWD/build/e2e
readonly SECONDS_FOR_ALL=600

for tool in node npm; do
    command -v "$tool" >/dev/null || {
        echo "run.sh: there is no $tool (Debian: apt-get install nodejs npm)" >&2
        exit 1
    }
done

# npm installs beside package.json and node looks for packages beside the sources. Both happen in a
# copy, so that the tree stays free of other people's files.
mkdir -p "$WORK"
rm -rf "$WORK/t" "$WORK/run"
cp -r t/e2e "$WORK/t"
mv "$WORK/t/package.json" "$WORK/t/package-lock.json" "$WORK/t/.npmrc" "$WORK"
if ! cmp -s "$WORK/package-lock.json" "$WORK/node_modules/installed-lock.json"; then
    echo "==> installing the packages of t/e2e/package-lock.json"
    (cd "$WORK" && npm ci --loglevel=error)
    cp "$WORK/package-lock.json" "$WORK/node_modules/installed-lock.json"
fi

# A test stops its own NGINX. This is for the one that was interrupted.
stop_the_rest() {
    local file
    for file in "$WORK"/run/*/nginx.pid; do
        [[ ! -f $file ]] || kill "$(<"$file")"
    done
}
trap stop_the_rest EXIT

NGINX_BINARY=${NGINX_BINARY:-$(PATH=$PATH:/usr/sbin:/sbin command -v nginx)}
export NGINX_BINARY E2E_ROOT=$PWD
timeout "$SECONDS_FOR_ALL" node --test --test-reporter=spec "$WORK"/t/*.test.mjs "$WORK"/t/jose/*.test.mjs
