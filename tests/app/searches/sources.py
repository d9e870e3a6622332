"""Where the events may come from."""

#: (rendering, source, sourcetype); None = the input's default. All names of the macro iismodcheck_sources for events 29.
#: What somebody replays under a sourcetype with a slash raises alerts, but no stanza of props.conf maps it to CIM.
SOURCES = [
    ("xml", None, None),
    ("classic", None, None),
    ("classic", "iis", "IIS:Configuration:Operational"),
    ("classic", "replayed", "WinEventLog:Microsoft-IIS-Configuration/Operational"),
    ("xml", "replayed", "XmlWinEventLog:Microsoft-IIS-Configuration/Operational"),
    ("classic", "WinEventLog:Microsoft-Windows-IIS-Configuration/Operational", "WinEventLog"),
    ("xml", "XmlWinEventLog:Microsoft-Windows-IIS-Configuration/Operational", "XmlWinEventLog"),
    ("classic", "WinEventLog:ForwardedEvents", "WinEventLog"),
    ("xml", "XmlWinEventLog:ForwardedEvents", "XmlWinEventLog"),
    ("classic", "collected", "WinEventLog:ForwardedEvents"),
    ("xml", "collected", "XmlWinEventLog:ForwardedEvents"),
]
#: (rendering, source) of changes that were not made (event 30): names of the same macro.
ATTEMPTS = [
    *((rendering, f"{prefix}:Microsoft-{windows}IIS-Configuration/Administrative") for windows in ("", "Windows-") for rendering, prefix in (("xml", "XmlWinEventLog"), ("classic", "WinEventLog"))),
    ("xml", "XmlWinEventLog:ForwardedEvents"),
    ("classic", "WinEventLog:ForwardedEvents"),
]
#: (channel, provider) of what else a collector holds.
OTHER_LOGS = [("Security", "Microsoft-Windows-Security-Auditing"), ("Microsoft-IIS-Logging/Logs", "Microsoft-Windows-IIS-Logging")]
