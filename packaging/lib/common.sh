# Sourced by the packaging and checking scripts: where things are, and how a missing Debian package is had.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
package_dir=${PACKAGE_DIR:-$root/target/package}
cargo_home=${CARGO_HOME:-$HOME/.cargo}
# Every time stamp inside a package. 1980-01-01, the oldest date that zip tools can show, unless the caller says otherwise.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-315532800}

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }
# set -e ends a script without a word.
trap 'say "error: ${BASH_SOURCE[0]}, line $LINENO: exit code $? of: $BASH_COMMAND"' ERR

# quietly NAME COMMAND...: keeps what a command says in target/logs/NAME.log; when it fails, the end of that is shown.
quietly() {
    local log=$root/target/logs/$1.log code=0
    shift
    mkdir -p "${log%/*}"
    "$@" >"$log" 2>&1 || code=$?
    if ((code)); then
        tail -n 40 "$log" >&2
        say "error: exit code $code of: $* (all that it said: $log)"
    fi
    return "$code"
}
# twice COMMAND...: for what others may fail at (a registry, Wine): one more try, which is said.
twice() {
    "$@" && return
    say "it failed with exit code $?; once more: $*"
    "$@"
}

# need_debian COMMAND_OR_FILE PACKAGE...: installs the packages when the command (or file, if the name has a slash) is missing.
need_debian() {
    local probe=$1
    shift
    is_there "$probe" && return 0
    command -v apt-get >/dev/null || die "'$probe' is missing and apt-get is not there to install it (Debian packages: $*)"
    local as_root=()
    [[ $(id -u) -eq 0 ]] || as_root=(sudo)
    mkdir -p "$root/target"
    (
        # Builds run side by side, apt-get does not.
        flock 9
        is_there "$probe" && exit 0
        say "installing $* (for $probe)"
        twice quietly apt-update "${as_root[@]}" apt-get update -q || exit
        twice quietly apt-install "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
    ) 9>"$root/target/.apt-lock" || die "apt-get could not install: $*"
}
is_there() {
    if [[ $1 == */* ]]; then [[ -e $1 ]]; else command -v "$1" >/dev/null; fi
}

# venv NAME REQUIREMENT...: a virtual environment of its own under target/tools; its path goes to stdout.
# The requirements are written beside it, so that a changed pin makes a new environment.
venv() {
    local dir=$root/target/tools/$1
    shift
    if [[ ! -f $dir/requirements || $(<"$dir/requirements") != "$*" ]]; then
        need_debian "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')/ensurepip/__init__.py" python3-venv
        rm -rf "$dir"
        quietly "venv-${dir##*/}" python3 -m venv "$dir" || die "python3 -m venv failed (Debian package: python3-venv)"
        twice quietly "pip-${dir##*/}" "$dir/bin/pip" install --disable-pip-version-check "$@" || die "pip could not install: $*"
        printf '%s' "$*" >"$dir/requirements"
    fi
    printf '%s\n' "$dir"
}

# npm_packages FOLDER OPTION...: what the folder's lock file names, into its node_modules.
npm_packages() {
    twice quietly "npm-${1##*/}" npm --prefix "$1" ci --no-audit --no-fund --ignore-scripts "${@:2}" || die "npm could not install the packages of $1"
}

# join_flags FLAG...: the flags as CARGO_ENCODED_RUSTFLAGS wants them, so that a path with a space is safe.
join_flags() {
    local IFS=$'\x1f'
    printf '%s' "$*"
}

# The flags that keep this machine's paths out of a binary.
remap_flags=("--remap-path-prefix=$root=/src" "--remap-path-prefix=$cargo_home=/cargo")
