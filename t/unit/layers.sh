#!/usr/bin/env bash
# Keeps the floors of the house: an include points down or stays on its floor, nothing below
# src/nginx sees an NGINX header, and the glue sees of our code only the shim's C API.
#   t/unit/layers.sh [SRC]
set -euo pipefail

src=${1:-"$(dirname "$0")/../../src"}
mapfile -t files < <(cd "$src" && find . -type f \( -name '*.h' -o -name '*.cpp' \) -printf '%P\n' | sort)
((${#files[@]} > 0)) || {
    echo "layers.sh: no sources in $src" >&2
    exit 1
}

cd "$src"
awk '
    BEGIN {
        split("base jose secret token shim nginx", names)
        for (i in names) floor[names[i]] = i
        module_floor = 7
    }

    function wrong(why) {
        printf "%s:%d: %s: %s\n", FILENAME, FNR, why, $0
        failed = 1
    }

    FNR == 1 {
        own = FILENAME ~ "/" ? FILENAME : "module/" FILENAME
        sub("/.*", "", own)
        here = own == "module" ? module_floor : floor[own]
        if (!here) wrong("a folder that is no floor")
    }

    /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
        header = $0
        sub(/^[^<"]*[<"]/, "", header)
        sub(/[>"].*/, "", header)
        from_nginx = header ~ /^(ngx_|nginx\.h)/
        if (from_nginx && here < floor["nginx"]) wrong("an NGINX header below src/nginx")
        if (from_nginx) next

        folder = header
        sub("/.*", "", folder)
        if ($0 ~ /</) {
            if (header ~ "/" && folder in floor) wrong("our own header in angle brackets")
            next
        }
        if (!(folder in floor) || header !~ "/") wrong("not the path from src/")
        else if (floor[folder] > here) wrong("an include that points up")
        else if (here >= floor["nginx"] && folder != "nginx" && header != "shim/oauth2_rs.h")
            wrong("the glue sees of our code only shim/oauth2_rs.h")
    }

    END { exit failed }
' "${files[@]}"
echo "floors kept: ${#files[@]} files"
