#!/bin/bash
# Bare Debian machines, one of each release, made under FOLDER: a fresh clone is laid into each,
# and there the README's two commands are typed, by root and without any setting of this machine's.
# Which mirror, proxy and certificates reach the packages is asked of this machine's own apt. What
# it cannot do here it says in a line with "skipped:".
#
#     tests/fresh_machine.sh FOLDER RELEASE...
#
# SETTINGS='PROFILE=quick' is typed after ./paper-figs.sh, for those in a hurry. FOLDER keeps each
# bare machine as an archive.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
folder=$1
shift
settings=${SETTINGS-}
here=$(cd "$(dirname "$0")/.." && pwd)

skip() {
    echo "fresh: ${release:+$release: }skipped: $1"
    exit 0
}

mirror() { # where this machine's apt finds the main packages of Debian
    apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' \
        'Label: Debian' 'Component: main' 2>/dev/null | head -n 1
}

bare() { # bare ARCHIVE: the bare machine of $release as an archive
    local more=
    [ -f "$1" ] && return
    case $site in https:*) more=--include=ca-certificates ;; esac
    mmdebstrap --format=tar --variant=minbase $more "$release" "$1.part" "$site" >"$1.log" 2>&1 &&
        mv "$1.part" "$1"
}

carry() { # carry ROOT: names, proxies and certificates as on this machine
    local file
    cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
    apt-config dump --format '%F "%v";%n' Acquire |
        grep -E '^Acquire::(https?::|Check-|Retries)' >"$1/etc/apt/apt.conf.d/90host"
    for file in /etc/apt/auth.conf /etc/apt/auth.conf.d/* /etc/ssl/certs/ca-certificates.crt; do
        [ -f "$file" ] && install -D "$file" "$1$file"
    done
}

# inside ROOT COMMAND: types COMMAND in the clone there, with nothing of this machine but /dev.
inside() {
    local variables=(PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root) name
    for name in http_proxy https_proxy no_proxy; do
        [ -n "${!name-}" ] && variables+=("$name=${!name}")
    done
    unshare --mount --pid --fork \
        sh -c 'mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec "$@"' "$1" \
        env -i "${variables[@]}" chroot "$1" sh -c "cd /root/masked-ntk && $2" </dev/null
}

passed() { # how many tests, from what Criterion says
    sed 's/\x1b\[[0-9;]*m//g' |
        sed -n 's/.*Tested: \([0-9]*\) | Passing: \([0-9]*\) .*/, \2 of \1 tests passed/p' |
        tr -d '\n'
}

machine() { # the two commands on a fresh machine of $release; 1 when one of them fails
    local root=$folder/$release log=$folder/$release.log command start
    bare "$folder/$release.tar" ||
        skip "no bare machine could be made: $(tail -n 1 "$folder/$release.tar.log")"
    rm -rf --one-file-system "$root"
    mkdir -p "$root"
    tar -xf "$folder/$release.tar" -C "$root" --exclude='./dev/*' || return
    carry "$root"
    git clone -q --no-hardlinks "$here" "$root/root/masked-ntk" || skip "this folder is no clone"
    inside "$root" true 2>"$log" || skip "no chroot with /dev and /proc here: $(tail -n 1 "$log")"
    for command in "./paper-figs.sh${settings:+ $settings}" "make test"; do
        start=$SECONDS
        inside "$root" "$command" >"$log" 2>&1 || {
            tail -n 40 "$log"
            echo "fresh: $release: $command failed; see $log, machine $root"
            return 1
        }
        ! grep -i -m 10 'warning:' "$log" || {
            echo "fresh: $release: $command warns; the rest is in $log"
            return 1
        }
        echo "fresh: $release: $command: $((SECONDS - start)) s$(passed <"$log")"
    done
    rm -rf --one-file-system "$root"
}

[ "$(id -u)" = 0 ] || skip "only root may make a machine below this one"
command -v mmdebstrap >/dev/null || skip "no mmdebstrap; make/deps.sh fresh"
command -v apt-get >/dev/null || skip "no apt"
site=$(mirror)
[ -n "$site" ] || skip "apt knows no mirror of Debian here; apt-get update"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
status=0
for release; do
    (machine) || status=1
done
exit $status
