# Sourced by the cross-building targets: Debian's rustc with the source of its standard library, which is built anew.
# rustup's compiler cannot be used: its library source is not to be had as a Debian package, and compiler and library must match.
# shellcheck shell=bash

need_debian /usr/lib/rustlib/src/rust/library/std/Cargo.toml rustc-web rust-web-src
export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc
# -Zbuild-std is an unstable option of cargo; this lets a stable compiler take it.
export RUSTC_BOOTSTRAP=1
std_source=$(readlink -f /usr/lib/rustlib/src/rust)
remap_flags+=("--remap-path-prefix=$std_source=/rust")

# runtime_entry NAME VERSION LICENCE TEXT...: one entry of runtime.json.
runtime_entry() {
    local name=$1 version=$2 licence=$3 texts
    shift 3
    texts=$(printf '"%s", ' "$@")
    printf '{"name": "%s", "version": "%s", "license": "%s", "texts": [%s]}' "$name" "$version" "$licence" "${texts%, }"
}
debian_version() { dpkg-query -W -f '${Version}' "$1"; }
std_entry() {
    runtime_entry rust-std "$("$RUSTC" -V | cut -d' ' -f2)" "MIT OR Apache-2.0" \
        /usr/share/doc/rust-web-src/copyright
}
