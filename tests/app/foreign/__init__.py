"""Binaries for other systems, run under an emulator."""
