# shellcheck shell=bash
# Builds the module, alone or within an NGINX from sources. ./build.sh reads this file.

# The version of the source tree $1.
nginx_version() { sed -n 's/^#define NGINX_VERSION *"\(.*\)"/\1/p' "$1/src/core/nginx.h"; }

# One of the options that the installed nginx was configured with.
nginx_option() { nginx -V 2>&1 | sed -n "s/.*$1='\([^']*\)'.*/\1/p"; }

# Sets `flags` to what the tree that NGINX_SRC names is configured with.
flags_of_src() {
    local default="--with-compat --with-debug --with-threads --with-http_ssl_module
        --with-http_v2_module --with-http_realip_module --with-http_auth_request_module"
    read -r -d '' -a flags <<<"${NGINX_CONFIGURE:-$default}" || true
}

# Sets `tree` and `flags`: the sources to configure for the module alone, and how.
choose_nginx() {
    local installed
    if [[ -n $NGINX_SRC ]]; then
        tree=$NGINX_SRC
        [[ -f $tree/src/core/nginx.h ]] || die "NGINX_SRC=$tree is not an NGINX source tree"
        flags_of_src
        return
    fi
    tree=/usr/share/nginx/src
    installed=$(nginx -v 2>&1 | sed 's|.*nginx/\([^ ]*\).*|\1|')
    [[ $installed == "$(nginx_version $tree)" ]] ||
        die "nginx is $installed, nginx-dev is for $(nginx_version $tree).
  Install both from one place, or name the sources of your nginx: NGINX_SRC=DIR ./build.sh"
    # shellcheck source=/dev/null
    . $tree/conf_flags
    flags=("${NGX_CONF_FLAGS[@]}" ${CC:+"--with-cc=$CC"}
        "--with-cc-opt=$(nginx_option --with-cc-opt)" "--with-ld-opt=$(nginx_option --with-ld-opt)")
}

# All that a configured tree depends on: when this changes it is configured anew.
recipe() {
    printf '%s\n' "$link" "${flags[@]}" src/*.cpp src/*/*.cpp src/*/*.h
    cksum config
    (cd "$tree" && find . -path ./objs -prune -o -type f -printf '%p %s %T@\n' | sort | cksum)
}

configure_nginx() {
    local work=$1 configure=./configure
    cmp -s <(recipe) "$work/recipe" && return
    say "configuring nginx $(nginx_version "$tree"), see ${work#"$ROOT"/}.log"
    rm -rf "$work"
    cp -r "$tree" "$work"
    rm -rf "$work/objs"
    [[ -f $work/configure ]] || configure=auto/configure # a checkout of the repository
    (cd "$work" && $configure "${flags[@]}" "$link=$ROOT") >"$work.log" 2>&1 ||
        die "configuring nginx failed:
$(tail -n 5 "$work.log")"
    recipe >"$work/recipe"
}

# Makes targets of NGINX's makefile: make_nginx WORK TARGET… WORK is a copy of `tree`, configured with
# `flags`; `link` is the option that takes the module in. The lock lets two shells build at once.
make_nginx() {
    [[ $ROOT != *[[:space:]]* ]] || die "NGINX cannot be built in a folder with spaces: $ROOT"
    mkdir -p build
    {
        flock 9
        configure_nginx "$1"
        make -s -j"$JOBS" -C "$1" -f objs/Makefile "${@:2}"
    } 9>build/lock
}

make_dynamic() {
    local tree link=--add-dynamic-module
    local -a flags
    need "${BUILD_PACKAGES[@]}"
    choose_nginx
    make_nginx "$WORK" "$1"
}

module() {
    make_dynamic modules
    # A new file: an nginx that runs with the old one keeps it.
    cmp -s "$WORK/objs/$MODULE.so" "build/$MODULE.so" ||
        cp --remove-destination "$WORK/objs/$MODULE.so" build/
    say "built build/$MODULE.so for nginx $(nginx_version "$WORK")"
}

# Sets NGINX_BINARY to the nginx that the module is for. (NGINX itself is taken: nginx reads from that
# variable which sockets it inherits.)
choose_binary() {
    if [[ -n $NGINX_SRC ]]; then
        make_dynamic binary
        export NGINX_BINARY=$WORK/objs/nginx
    else
        NGINX_BINARY=$(command -v nginx)
        export NGINX_BINARY
    fi
}

# ---- A whole NGINX, from Debian's source package

# Sets `tree` to its sources, with Debian's patches, fetched once; or to those of NGINX_SRC.
fetch_nginx() {
    local entry dir=$ROOT/build/debian-nginx
    tree=${NGINX_SRC:-$dir/tree}
    [[ ! -f $tree/src/core/nginx.h ]] || return 0
    [[ -z $NGINX_SRC ]] || die "NGINX_SRC=$tree is not an NGINX source tree"
    ensure dpkg-dev
    entry=$(debian_entry deb-src)
    [[ -n $entry ]] || die "no apt entry of Debian's to take the source package of nginx from.
  Name a source tree instead: NGINX_SRC=DIR ./build.sh"
    say "fetching the source package of nginx"
    rm -rf "$dir"
    mkdir -p "$dir"
    apt_with "$dir" "$entry" update
    (cd "$dir" && apt_with "$dir" "$entry" source --download-only nginx)
    dpkg-source --no-check --extract "$dir"/nginx_*.dsc "$dir/tree" >"$dir/log"
}

# Sets `flags` to those of Debian's nginx, but for its dynamic modules, with these options for the
# compiler and the linker: debian_flags CC_OPTIONS LD_OPTIONS
debian_flags() {
    if [[ -n $NGINX_SRC ]]; then
        flags_of_src
    else
        mapfile -t flags < <(nginx -V 2>&1 | sed -n 's/^configure arguments: //p' |
            xargs -n 1 printf '%s\n' | grep -vE -- '=dynamic$|^--with-(cc-opt|ld-opt|mail|stream)')
    fi
    flags+=("--with-cc-opt=$1" "--with-ld-opt=$2")
}

# Builds a whole NGINX: build_nginx WORK LINK CC_OPTIONS LD_OPTIONS TARGET…
build_nginx() {
    local tree link=$2
    local -a flags
    ensure "${BUILD_PACKAGES[@]}"
    fetch_nginx
    debian_flags "$3" "$4"
    make_nginx "$1" "${@:5}"
}
