"""Turns `splunk_app/` and the built binaries into the installable packages. Python's standard library only."""
