# Sourced: a Wine prefix of our own in target/tools/wine; `$wine` is the program.
# shellcheck shell=bash
need_debian /usr/lib/wine/wine64 wine64
need_debian x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64-win32
wine=/usr/lib/wine/wine64
export WINEPREFIX=$root/target/tools/wine WINEARCH=win64 WINEDEBUG=-all
unset DISPLAY
# From nothing at each try: a prefix that is made by half looks like one. WINEDEBUG empty: Wine's own words go to the log.
make_prefix() {
    rm -rf "$WINEPREFIX"
    mkdir -p "$(dirname "$WINEPREFIX")"
    quietly wineboot env WINEDEBUG= "$wine" wineboot -i
}
if [[ ! -f $WINEPREFIX/complete ]]; then
    twice make_prefix || die "wineboot could not make a prefix"
    touch "$WINEPREFIX/complete"
fi
# Debian 12's Wine 8.0 lacks bcryptprimitives.dll, which Rust's standard library takes its random numbers from on
# Windows 10 and later: one function, passed on to the older interface. For tests only; Windows has the real one.
shim=$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll
if [[ ! -f $shim ]]; then
    cat >"$root/target/tools/bcryptprimitives.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    while (size) {
        ULONG part = size > 65536 ? 65536 : (ULONG)size;
        if (!SystemFunction036(data, part)) return FALSE;
        data += part;
        size -= part;
    }
    return TRUE;
}
C
    x86_64-w64-mingw32-gcc -Os -s -shared -o "$shim" "$root/target/tools/bcryptprimitives.c" -ladvapi32
fi
