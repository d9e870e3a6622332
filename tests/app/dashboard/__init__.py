"""The shipped dashboard in a real browser, drawn by Splunk's own packages, fed by the mini search head."""
