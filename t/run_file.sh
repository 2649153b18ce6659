#!/usr/bin/env bash
# Runs one test file with a block of ports and an NGINX folder of its own, so that several can run at
# once. TEST_NGINX_PORT is the first port of the first block.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
readonly PORTS_A_BLOCK=20 BLOCKS=32

# Whether nothing listens on any port of the block that begins at $1.
free() {
    local port
    for ((port = $1; port < $1 + PORTS_A_BLOCK; port++)); do
        ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 1
    done
}

# The lock is inherited: a block is free again when the last process of its test file has ended.
take_block() {
    local block first
    mkdir -p "$root/build/blocks"
    for ((block = 0; block < BLOCKS; block++)); do
        exec 8>"$root/build/blocks/$block"
        first=$((${TEST_NGINX_PORT:-1984} + PORTS_A_BLOCK * block))
        { flock -n 8 && free "$first"; } || continue
        export TEST_NGINX_SERVER_PORT=$first
        export TEST_NGINX_SERVROOT=$root/build/blocks/servroot$block
        return
    done
    echo "run_file.sh: all $BLOCKS blocks of ports are taken, see build/blocks" >&2
    exit 1
}

take_block
exec perl -I"$root/t/lib" "$@"
