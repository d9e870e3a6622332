"""Checks of the packaged app that no tool of Splunk makes. Each check yields one line per finding, and says where."""
