//! What each collector calls the parts of an event: the keys that lead to them, in any case, with a dot between two. Lists
//! add nothing to a path.

use crate::event::parts::Part;

/// How one collector, or a family of them, writes an event.
pub(super) struct Collector {
    /// What stands between a key of `values` and the name of a value.
    pub(super) joint: u8,
    /// What has the values of event data by their names, or as pairs of a name and a text.
    pub(super) values: &'static [&'static str],
    /// What lists them without names.
    pub(super) lists: &'static [&'static str],
    pub(super) parts: &'static [(&'static str, Part)],
}

/// The values of event data by their names, and as they are called where a message file is missing or names were lost.
pub(super) const VALUES: [(&str, Part); 18] = [
    ("ConfigPath", Part::ConfigPath),
    ("EffectiveLocationPath", Part::Location),
    ("Configuration", Part::Configuration),
    ("EditOperationType", Part::Operation),
    ("OldValue", Part::Old),
    ("NewValue", Part::New),
    ("param2", Part::ConfigPath),
    ("param3", Part::Location),
    ("param4", Part::Configuration),
    ("param5", Part::Operation),
    ("param6", Part::Old),
    ("param7", Part::New),
    ("Data2", Part::ConfigPath),
    ("Data3", Part::Location),
    ("Data4", Part::Configuration),
    ("Data5", Part::Operation),
    ("Data6", Part::Old),
    ("Data7", Part::New),
];

/// Strings that are the XML of a whole event: the Elastic Agent and Winlogbeat with `include_xml`, plaso and Timesketch,
/// PowerShell's `ToXml`, OpenTelemetry with `raw: true`, Azure, Cribl. None of them is a value of an event, which anybody can
/// choose.
pub(super) const WHOLE_XML: [&str; 12] = [
    "event.original",
    "xml_string",
    "OuterXml",
    "EventXml",
    "Event_Xml",
    "RawXml",
    "xml",
    "Event",
    "body",
    "_raw",
    "RawEventData",
    "Message",
];

/// Columns with which a table is a collector's.
pub(super) const COLUMNS: [&str; 22] = [
    "event.original",
    "xml_string",
    "OuterXml",
    "EventXml",
    "Event_Xml",
    "RawXml",
    "xml",
    "RawEventData",
    "EventData",
    "Payload",
    "Strings",
    "StringInserts",
    "string_inserts",
    "event_data",
    "event_data.Configuration",
    "winlog.event_data",
    "winlog.event_data.Configuration",
    "winlog.event_data.NewValue",
    "winlogbeat_winlog_event_data_Configuration",
    "winlogbeat_winlog_event_data_NewValue",
    "winlog_event_data_Configuration",
    "winlog_event_data_NewValue",
];

/// Strings that are the XML of event data alone: Azure's `Event`, the Windows add-on of Splunk.
pub(super) const DATA_XML: [&str; 2] = ["EventData", "EventData_Xml"];

/// Strings that hold JSON once more: `EvtxECmd`, osquery, Azure's `WindowsEvent`.
pub(super) const INNER_JSON: [&str; 3] = ["Payload", "data", "EventData"];

/// Strings that are the JSON of a whole event, where what they stand in has no event of its own: Logstash and Kafka, Docker,
/// OpenTelemetry.
pub(super) const WHOLE_JSON: [&str; 4] = ["message", "value", "log", "body"];

/// The keys of a name and of its text in a pair.
pub(super) const PAIR: (&str, &str) = ("@Name", "#text");

/// What wraps an event whole: search results of Elastic, an export of Splunk, a log record of OpenTelemetry, an envelope of
/// the HTTP Event Collector and the root element of the XML, an alert of Wazuh, an entry of `LogMonitor`, a row of osquery, an
/// entry of Google's logging, a log of Datadog.
pub(super) const WRAPPERS: [&str; 10] = [
    "_source",
    "result",
    "body",
    "fields",
    "event",
    "data",
    "LogEntry",
    "columns",
    "jsonPayload",
    "attributes",
];

pub(super) const COLLECTORS: [Collector; 8] = [
    // The tree of the XML: evtx_dump, evtx2es, chainsaw, EvtxECmd's payload, Velociraptor, Datadog, NiFi.
    Collector {
        joint: b'.',
        values: &["EventData", "EventData.Data"],
        lists: &["EventData.Data"],
        parts: &[
            ("System.Provider.#attributes.Name", Part::Provider),
            ("System.Provider_attributes.Name", Part::Provider),
            ("System.Provider.@Name", Part::Provider),
            ("System.Provider.Name", Part::Provider),
            ("System.Channel", Part::Channel),
            ("System.Computer", Part::Computer),
            ("System.EventRecordID", Part::Record),
            ("System.TimeCreated.#attributes.SystemTime", Part::Time),
            ("System.TimeCreated_attributes.SystemTime", Part::Time),
            ("System.TimeCreated.@SystemTime", Part::Time),
            ("System.TimeCreated.SystemTime", Part::Time),
            ("System.Execution.#attributes.ProcessID", Part::Process),
            ("System.Execution_attributes.ProcessID", Part::Process),
            ("System.Execution.@ProcessID", Part::Process),
            ("System.Execution.ProcessID", Part::Process),
            ("System.Security.#attributes.UserID", Part::Sid),
            ("System.Security_attributes.UserID", Part::Sid),
            ("System.Security.@UserID", Part::Sid),
            ("System.Security.UserID", Part::Sid),
            ("Message", Part::Message),
        ],
    },
    // Winlogbeat and the Elastic Agent since 7.
    Collector {
        joint: b'.',
        values: &["winlog.event_data"],
        lists: &[],
        parts: &[
            ("winlog.provider_name", Part::Provider),
            ("winlog.channel", Part::Channel),
            ("winlog.computer_name", Part::Computer),
            ("winlog.record_id", Part::Record),
            ("winlog.process.pid", Part::Process),
            ("winlog.user.identifier", Part::Sid),
            ("@timestamp", Part::Time),
            ("message", Part::Message),
        ],
    },
    // Graylog's input for Beats, which joins keys by underscores, with the name of the shipper before them or not.
    Collector {
        joint: b'_',
        values: &["winlogbeat_winlog_event_data", "winlog_event_data"],
        lists: &[],
        parts: &[
            ("winlogbeat_winlog_provider_name", Part::Provider),
            ("winlog_provider_name", Part::Provider),
            ("winlogbeat_winlog_channel", Part::Channel),
            ("winlog_channel", Part::Channel),
            ("winlogbeat_winlog_computer_name", Part::Computer),
            ("winlog_computer_name", Part::Computer),
            ("winlogbeat_winlog_record_id", Part::Record),
            ("winlog_record_id", Part::Record),
            ("winlogbeat_winlog_process_pid", Part::Process),
            ("winlog_process_pid", Part::Process),
            ("winlogbeat_winlog_user_identifier", Part::Sid),
            ("winlog_user_identifier", Part::Sid),
            ("winlogbeat_@timestamp", Part::Time),
            ("timestamp", Part::Time),
            ("message", Part::Message),
        ],
    },
    // OpenTelemetry's windowseventlog in its three shapes, Vector, Winlogbeat 6.
    Collector {
        joint: b'.',
        values: &["event_data", "event_data.data"],
        lists: &["string_inserts"],
        parts: &[
            ("provider.name", Part::Provider),
            ("provider_name", Part::Provider),
            ("source_name", Part::Provider),
            ("channel", Part::Channel),
            ("log_name", Part::Channel),
            ("computer", Part::Computer),
            ("computer_name", Part::Computer),
            ("record_id", Part::Record),
            ("record_number", Part::Record),
            ("execution.process_id", Part::Process),
            ("process_id", Part::Process),
            ("security.user_id", Part::Sid),
            ("user_id", Part::Sid),
            ("user.identifier", Part::Sid),
            ("system_time", Part::Time),
            ("timestamp", Part::Time),
            ("@timestamp", Part::Time),
            ("message", Part::Message),
        ],
    },
    // Wazuh: its own first letters, and one more layer of escapes.
    Collector {
        joint: b'.',
        values: &["win.eventdata"],
        lists: &[],
        parts: &[
            ("win.system.providerName", Part::Provider),
            ("win.system.channel", Part::Channel),
            ("win.system.computer", Part::Computer),
            ("win.system.eventRecordID", Part::Record),
            ("win.system.processID", Part::Process),
            ("win.system.systemTime", Part::Time),
            ("win.system.message", Part::Message),
        ],
    },
    // EvtxECmd, as JSON and as a table. Its `RecordNumber` counts the rows of a run.
    Collector {
        joint: b'.',
        values: &["Payload.EventData", "Payload.EventData.Data"],
        lists: &["Payload.EventData.Data"],
        parts: &[
            ("Provider", Part::Provider),
            ("Channel", Part::Channel),
            ("Computer", Part::Computer),
            ("EventRecordId", Part::Record),
            ("ProcessId", Part::Process),
            ("UserId", Part::Sid),
            ("TimeCreated", Part::Time),
        ],
    },
    // osquery's windows_events.
    Collector {
        joint: b'.',
        values: &["data.EventData"],
        lists: &["data.EventData", "data.EventData.Data"],
        parts: &[
            ("provider_name", Part::Provider),
            ("source", Part::Channel),
            ("computer_name", Part::Computer),
            ("pid", Part::Process),
            ("datetime", Part::Time),
        ],
    },
    // One level: NXLog, Fluent Bit, Fluentd, PowerShell's ConvertTo-Json, Azure's Event and WindowsEvent, LogMonitor, and the
    // tables of Velociraptor and Log Parser.
    Collector {
        joint: b'.',
        values: &["", "EventData"],
        lists: &["StringInserts", "EventData", "Properties.Value", "Strings"],
        parts: &[
            ("SourceName", Part::Provider),
            ("ProviderName", Part::Provider),
            ("Provider", Part::Provider),
            ("Channel", Part::Channel),
            ("LogName", Part::Channel),
            ("EventLog", Part::Channel),
            ("Hostname", Part::Computer),
            ("ComputerName", Part::Computer),
            ("Computer", Part::Computer),
            ("MachineName", Part::Computer),
            ("RecordNumber", Part::Record),
            ("RecordId", Part::Record),
            ("EventRecordId", Part::Record),
            ("ProcessID", Part::Process),
            ("UserID", Part::Sid),
            ("Sid", Part::Sid),
            ("UserSID", Part::Sid),
            ("UserId.Value", Part::Sid),
            ("EventTime", Part::Time),
            ("TimeGenerated", Part::Time),
            ("TimeCreated", Part::Time),
            ("Message", Part::Message),
            ("Description", Part::Message),
            ("RenderedDescription", Part::Message),
        ],
    },
];
