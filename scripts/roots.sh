# shellcheck shell=bash
# Throw-away Debian systems, each in a folder of build/roots, for the commands that read this file.

readonly ROOTS=$ROOT/build/roots

# Unpacks a new system of this suite into the folder $2: from an archive that the first call makes with
# debootstrap and the machine's own mirror.
new_root() {
    local suite=$1 dir=$2 archive=$ROOTS/$1.tar
    ((EUID == 0)) || die "a throw-away system takes root: sudo ./build.sh …"
    ensure debootstrap iproute2
    [[ -f $archive ]] || make_base "$suite" "$archive"
    remove_root "$dir"
    mkdir -p "$dir"
    tar -xf "$archive" -C "$dir"
}

remove_root() { rm -rf --one-file-system "$1"; }

make_base() {
    local suite=$1 archive=$2 dir=$ROOTS/$1.new entry uri
    entry=$(debian_entry deb "$suite")
    uri=$(grep -oE '[a-z+]+://[^ ]+' <<<"${entry#*URIs:}" | head -n 1)
    [[ -n $uri ]] || die "no apt entry of Debian's to take the mirror from"
    say "installing Debian $suite into an archive, see build/roots/$suite.log"
    remove_root "$dir"
    mkdir -p "$dir"
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$dir" "$uri" \
        >"$ROOTS/$suite.log" 2>&1 || die "debootstrap failed; build/roots/$suite.log has its words"
    settle_root "$dir" "$entry"
    tar -cf "$archive.part" -C "$dir" .
    mv "$archive.part" "$archive"
    remove_root "$dir"
}

# Gives a new system the machine's way to packages, and keeps it from starting services.
settle_root() {
    local dir=$1 entry=$2
    rm -f "$dir/etc/apt/sources.list"
    echo "${entry#*$'\n'}" >"$dir/etc/apt/sources.list.d/debian.${entry%%$'\n'*}"
    apt-config dump | grep -E '^Acquire::(http|https|Check-[A-Za-z-]+|Retries)\b' \
        >"$dir/etc/apt/apt.conf.d/90machine" || true
    cp -L /etc/resolv.conf "$dir/etc/resolv.conf"
    printf '#!/bin/sh\nexit 101\n' >"$dir/usr/sbin/policy-rc.d"
    chmod +x "$dir/usr/sbin/policy-rc.d"
}

# Runs a command as root in a system: in_root DIR online|offline COMMAND… Its processes and mounts end
# with it. Offline it has a loopback device of its own, so that its ports are nobody else's.
in_root() {
    local dir=$1 network=$2 prepare=true
    local -a spaces=(--mount --propagation private --pid --fork --kill-child)
    [[ $network == online ]] || { spaces+=(--net) && prepare='ip link set lo up'; }
    # shellcheck disable=SC2016
    unshare "${spaces[@]}" bash -c '
        set -e
        mount --rbind /dev "$0/dev"
        mount -t proc proc "$0/proc"
        eval "$1"
        exec chroot "$0" env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${@:2}"
    ' "$dir" "$prepare" "${@:3}"
}

# Copies the project, without what was built of it, into a folder: copy_project DIR [EXCLUDED…]
copy_project() {
    local dir=$1
    mkdir -p "$dir"
    tar -c --exclude=./build --exclude=./.git --exclude=node_modules "${@:2}" . | tar -xC "$dir"
}
