"""A small search head for tests: it reads an app as splunkd would and runs the app's own searches.

A test tool, not Splunk: see README.md for what it does and what it refuses.
"""
