# shellcheck shell=bash
# What is installed, and how apt is asked for the rest. ./build.sh reads this file.

say() { printf '==> %s\n' "$*"; }

die() {
    printf 'build.sh: %s\n' "$*" >&2
    exit 1
}

# Prints which of the named packages are not installed. Where there is no dpkg nothing counts as
# missing: NGINX's ./configure and the compiler then name what they lack.
missing() {
    local package
    command -v dpkg-query >/dev/null || return 0
    for package; do
        [[ -n $NGINX_SRC && $package == nginx* ]] && continue
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            echo "$package"
    done
}

# Stops with the command that installs what is missing.
need() {
    local -a absent
    mapfile -t absent < <(missing "$@")
    ((${#absent[@]} == 0)) || die "these packages are missing: ${absent[*]}
  ./build.sh deps   installs all that building and testing need; as root, this installs these alone:
  apt-get install --no-install-recommends ${absent[*]}"
}

as_root() {
    if ((EUID == 0)); then
        env DEBIAN_FRONTEND=noninteractive "$@"
    elif command -v sudo >/dev/null; then
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    else
        die "installing needs root, and there is no sudo. Run this as root: ./build.sh deps"
    fi
}

apt_install() {
    mkdir -p build
    as_root apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >build/apt.log ||
        die "apt-get failed; build/apt.log has its words"
}

update_lists() {
    [[ -n ${lists_updated:-} ]] || as_root apt-get update -qq
    lists_updated=yes
}

# Installs what is missing of the named packages; apt is called only where something is.
ensure() {
    local -a absent
    mapfile -t absent < <(missing "$@")
    ((${#absent[@]} > 0)) || return 0
    say "installing ${absent[*]}"
    update_lists
    apt_install "${absent[@]}"

    # Debian starts a newly installed nginx on port 80. Nobody has asked for that server here.
    if [[ " ${absent[*]} " == *" nginx "* ]] && systemctl is-active --quiet nginx 2>/dev/null; then
        as_root systemctl disable --now nginx
        say "stopped and disabled the new nginx service; undo: systemctl enable --now nginx"
    fi
}

# Prints the machine's own apt entry for its suite of Debian, one-line or deb822, rewritten to this
# type (deb, deb-src) and suite, as "FORMAT<newline>ENTRY". Without a suite it stays the machine's.
debian_entry() {
    local type=$1 suite entry
    # shellcheck source=/dev/null
    suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    entry=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -nE \
        "s/^deb([[:space:]]+\[[^]]*\])?[[:space:]]+([^[:space:]]+)[[:space:]]+${suite}[[:space:]].*\bmain\b.*/$type\1 \2 ${2:-$suite} main/p")
    if [[ -n $entry ]]; then
        printf 'list\n%s\n' "${entry%%$'\n'*}"
        return
    fi
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null |
        awk -v RS= -v suite="$suite" -v new_type="$type" -v new_suite="${2:-$suite}" '
        "\n" $0 "\n" ~ "\nSuites:[^\n]*[ \t]" suite "[ \t\n]" && /\nComponents:[^\n]*[ \t]main/ {
            sub(/Types:[^\n]*/, "Types: " new_type)
            sub(/Suites:[^\n]*/, "Suites: " new_suite)
            sub(/Components:[^\n]*/, "Components: main")
            print "sources\n" $0
            exit
        }'
}

# Runs apt-get with one entry and package lists of its own: of that entry nothing stays configured.
#   apt_with DIR ENTRY ARGUMENT…   where DIR holds the lists, and ENTRY is what debian_entry printed
apt_with() {
    local dir=$1 list=$1/entry.${2%%$'\n'*}
    echo "${2#*$'\n'}" >"$list"
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
    apt-get -qq -o Dir::Etc::SourceList="$list" -o Dir::Etc::SourceParts=- \
        -o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir/cache" -o Acquire::Languages=none \
        -o APT::Sandbox::User=root "${@:3}"
}

# Debian has Test::Nginx from sid on. The package is nothing but Perl, so this one is taken from there.
test_nginx_from_sid() {
    local dir=$1 entry
    entry=$(debian_entry deb sid)
    [[ -n $entry ]] || return 1
    chmod 755 "$dir" # apt reads packages as a user of its own
    apt_with "$dir" "$entry" update &&
        (cd "$dir" && apt_with "$dir" "$entry" download libtest-nginx-perl) &&
        apt_install "$dir"/libtest-nginx-perl_*.deb
}

ensure_test_nginx() {
    local dir installed=yes
    perl -MTest::Nginx::Socket -e1 2>/dev/null && return
    say "installing Test::Nginx"
    update_lists
    if apt-cache show libtest-nginx-perl >/dev/null 2>&1; then
        apt_install libtest-nginx-perl
        return
    fi
    dir=$(mktemp -d)
    test_nginx_from_sid "$dir" || installed=no
    rm -rf "$dir"
    [[ $installed == yes ]] || die "Test::Nginx could not be taken from Debian sid, which has it.
  Install it from CPAN: cpanm Test::Nginx"
}
