"""Turns `splunk_app/`, `splunk_addon/` and the built binaries into the installable packages. Python's standard library only."""
