# Sourced by every stage: the packages under test and the helpers of packaging/lib/common.sh.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/../../../packaging/lib/common.sh"
app_tests=$root/tests/app
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$app_tests

# package FLAVOUR: the path of its package, which is made when there is none.
package() {
    local pattern="iismodcheck-*-$1.spl"
    [[ $1 == addon ]] && pattern="TA-iismodcheck-*.spl"
    local found=("$package_dir"/$pattern)
    if [[ ! -f ${found[0]} ]]; then
        say "no package yet: making one (tests/app/check package)"
        "$app_tests/stages/package" >&2 || die "the package could not be made"
        found=("$package_dir"/$pattern)
    fi
    [[ ${#found[@]} -eq 1 && -f ${found[0]} ]] || die "expected one $1 package in $package_dir, found: ${found[*]}"
    printf '%s\n' "${found[0]}"
}

# flavours: those whose packages a stage looks at. The add-on holds the Windows executable, which is slow to build: it is looked at
# where it has been made, as `full` does.
flavours() {
    printf '%s\n' enterprise cloud
    if compgen -G "$package_dir/TA-iismodcheck-*.spl" >/dev/null; then
        echo addon
    else
        say "no add-on among the packages: the stage full makes it and looks at it"
    fi
}

# unpacked FLAVOUR: a fresh folder with the package's content; its app folder goes to stdout.
unpacked() {
    local spl folder
    spl=$(package "$1")
    # By stage, because stages run side by side.
    folder=$root/target/tools/unpacked/${0##*/}/$1
    rm -rf "$folder"
    mkdir -p "$folder"
    tar -xzf "$spl" -C "$folder"
    printf '%s\n' "$folder"/*
}
