#!/usr/bin/env bash
# What can be seen without a running server. ./build.sh check calls this once the module is built:
#   WORK          where NGINX was configured
#   NGINX_BINARY  the nginx that the module is for
#   JOBS          how many files to look at at a time
# Runs every check, names those that failed, and fails if one did.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

readonly MODULE=build/ngx_http_oauth2_rs_module.so
readonly MAX_LINES=400
export SHELLCHECK_OPTS='--severity=warning'

sources() { find "$@" -type f \( -name '*.cpp' -o -name '*.h' -o -name '*.c' \) | sort; }

format() { sources src t | xargs clang-format --dry-run -Werror; }

file_lengths() {
    sources src t | xargs wc -l |
        awk -v max=$MAX_LINES '$2 != "total" && $1 > max { print $2 ": " $1 " lines"; bad = 1 }
                               END { exit bad }'
}

# NGINX flattens objects to addon/<last folder>/<file> and cuts names at dots.
object_names() {
    find src -name '*.cpp' | awk -F/ '
        {
            name = $(NF - 1) "/" $NF
            if (name in seen) { print $0 ": same object as " seen[name]; bad = 1 }
            seen[name] = $0
            if ($0 !~ /^[^.]+\.cpp$/) { print $0 ": a dot in a name"; bad = 1 }
        }
        END { exit bad }'
}

floors() { t/unit/layers.sh; }

scripts() {
    local -a files
    mapfile -t files < <(find . \( -name .git -o -name node_modules -o -path ./build \) -prune -o \
        -type f -exec awk 'FNR == 1 && /^#!.*sh$|^# shellcheck shell=/ { print FILENAME } { nextfile }' {} +)
    shellcheck --external-sources --severity=warning "${files[@]}"
}

# Each ./build.sh COMMAND that a document, a workflow or .ci/run names is one that the usage lists.
commands() {
    local -a known unknown
    mapfile -t known < <(./build.sh help | sed -nE 's/^  ([a-z0-9]+) .*/\1/p')
    mapfile -t unknown < <({
        grep -rhoE '\./build\.sh [a-z0-9]+' .ci .github ./*.md docs | cut -d' ' -f2
        sed -nE 's/^          - ([a-z0-9]+).*/\1/p' .github/workflows/*.yml # command: - …
    } | sort -u | grep -vxF "$(printf '%s\n' "${known[@]}" help)")
    ((${#unknown[@]} == 0)) || {
        printf '%s: not a command of build.sh\n' "${unknown[@]}"
        return 1
    }
}

exported_symbols() {
    diff <(printf '%s\n' ngx_module_names ngx_module_order ngx_modules) \
        <(nm -D --defined-only "$MODULE" | awk '{ print $3 }' | sort)
}

loads() {
    local prefix=$PWD/build/check
    mkdir -p "$prefix"
    cat >"$prefix/nginx.conf" <<END
load_module $PWD/$MODULE;
pid nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
}
END
    "$NGINX_BINARY" -t -q -e stderr -p "$prefix" -c nginx.conf
}

# Runs clang-tidy with the given options over the files that standard input names.
tidy() {
    xargs -P "$JOBS" -I{} clang-tidy --quiet {} "$@" 2>&1 | grep -vE '^[0-9]+ warnings? generated'
    return "${PIPESTATUS[0]}"
}

# NGINX's headers are the system's here: their warnings are not ours.
includes=(-Isrc "-isystem$WORK/objs")
for folder in core event event/modules event/quic os/unix http http/modules http/v2 http/v3; do
    includes+=("-isystem$WORK/src/$folder")
done

lint() {
    find src -name '*.cpp' | sort | tidy -- -std=c++17 "${includes[@]}"
}

function_lengths_of_tests() {
    local -a only=('--checks=-*,readability-function-size')
    find t -name '*.cpp' | sort | tidy "${only[@]}" -- -std=c++17 -Isrc &&
        find t -name '*.c' | sort | tidy "${only[@]}" -- -std=c99 "${includes[@]}"
}

failed=()
for check in format file_lengths object_names floors scripts commands exported_symbols loads lint \
    function_lengths_of_tests; do
    if "$check"; then
        printf 'ok      %s\n' "$check"
    else
        printf 'FAILED  %s\n' "$check"
        failed+=("$check")
    fi
done
((${#failed[@]} == 0)) || {
    printf 'check.sh: failed: %s\n' "${failed[*]}" >&2
    exit 1
}
