//! One event 29 or 50, and what Splunk makes of it in each rendering.

use super::Record;

/// One event of the IIS configuration's log. Empty texts are unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEvent {
    pub host: String,
    pub process: String,
    pub actor: String,
    /// Microseconds since 1970-01-01T00:00Z.
    pub time: i64,
    pub record: String,
    pub config_path: String,
    pub location: String,
    /// Empty for event 50.
    pub configuration: String,
    /// `EditOperationType`; `50` for event 50.
    pub operation: String,
    pub old: String,
    pub new: String,
}

/// How an event reaches a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendering {
    /// XML in `_raw` alone.
    XmlRaw,
    /// The fields that an add-on takes out of the XML.
    XmlFields,
    /// Classic text in `_raw` alone.
    ClassicRaw,
    /// The fields of the classic text.
    ClassicFields,
}

impl Rendering {
    pub const ALL: [Self; 4] = [Self::XmlRaw, Self::XmlFields, Self::ClassicRaw, Self::ClassicFields];

    pub fn is_classic(self) -> bool {
        matches!(self, Self::ClassicRaw | Self::ClassicFields)
    }
}

impl ConfigEvent {
    pub fn is_commit(&self) -> bool {
        self.operation == "50"
    }

    /// What `appcmd install module` or `appcmd add module` writes on this host, by this process, from this time and record
    /// on: a hundredth of a second between two events.
    pub fn installation(&self, native: bool, name: &str, file: &str) -> Vec<Self> {
        let add = |section: &str| format!("/system.webServer/{section}/add[@name=\"{name}\"]");
        let (global, modules) = (add("globalModules"), add("modules"));
        let steps = if native {
            vec![
                (global.clone(), ""),
                (global.clone() + "/@name", name),
                (global + "/@image", file),
                (modules.clone(), ""),
                (modules + "/@name", name),
                (String::new(), ""),
            ]
        } else {
            vec![
                (modules.clone(), ""),
                (modules.clone() + "/@name", name),
                (modules + "/@type", file),
                (String::new(), ""),
            ]
        };
        let record: i64 = self.record.parse().unwrap();
        let event = |(at, (configuration, new)): (i64, (String, &str))| Self {
            time: self.time + at * 10_000,
            record: (record + at).to_string(),
            operation: if configuration.is_empty() { "50" } else { "1" }.to_owned(),
            configuration,
            new: new.to_owned(),
            ..self.clone()
        };
        (0..).zip(steps).map(event).collect()
    }

    /// The event as a search result. Fields without a value are absent, as in Splunk.
    pub fn render(&self, rendering: Rendering) -> Record {
        let (seconds, micros) = (self.time.div_euclid(1_000_000), self.time.rem_euclid(1_000_000));
        let id = if self.is_commit() { "50" } else { "29" };
        let exact = format!("{seconds}.{micros:06}");
        let whole = seconds.to_string();
        let message = self.message();
        let xml = self.xml(id);
        let classic = self.classic(id, &message);
        let data = |text: &'static str| if self.is_commit() { "" } else { text };
        let fields: Vec<(&str, &str)> = match rendering {
            Rendering::XmlRaw => vec![("_time", &exact), ("_raw", &xml)],
            Rendering::ClassicRaw => vec![("_time", &whole), ("_raw", &classic)],
            Rendering::XmlFields => vec![
                ("_time", &exact),
                ("EventCode", id),
                ("Channel", "Microsoft-IIS-Configuration/Operational"),
                ("Name", "Microsoft-Windows-IIS-Configuration"),
                ("Computer", &self.host),
                ("EventRecordID", &self.record),
                ("ProcessID", &self.process),
                ("UserID", &self.actor),
                (
                    "PhysicalPath",
                    data("\\\\?\\C:\\Windows\\system32\\inetsrv\\config\\applicationHost.config"),
                ),
                ("ConfigPath", &self.config_path),
                ("EffectiveLocationPath", &self.location),
                ("Configuration", &self.configuration),
                ("EditOperationType", if self.is_commit() { "" } else { &self.operation }),
                ("OldValue", &self.old),
                ("NewValue", &self.new),
            ],
            Rendering::ClassicFields => vec![
                ("_time", &whole),
                ("EventCode", id),
                ("LogName", "Microsoft-IIS-Configuration/Operational"),
                ("SourceName", "Microsoft-Windows-IIS-Configuration"),
                ("ComputerName", &self.host),
                ("RecordNumber", &self.record),
                ("Sid", &self.actor),
                ("User", "NOT_TRANSLATED"),
                ("Message", &message),
            ],
        };
        fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(field, value)| (field.to_owned(), vec![value.to_owned()]))
            .collect()
    }

    /// The message in English.
    pub fn message(&self) -> String {
        let (configuration, path) = (&self.configuration, &self.config_path);
        if self.is_commit() {
            format!("Changes have successfully been committed to '{path}'.")
        } else {
            format!("Changes to '{configuration}' at '{path}' have successfully been committed.")
        }
    }

    fn xml(&self, id: &str) -> String {
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let attribute = |text: &str| escaped(text).replace('\'', "&apos;");
        let element = |name: &str, value: &str| match value {
            "" => String::new(),
            value => format!("<{name}>{}</{name}>", escaped(value)),
        };
        let data = |name: &str, value: &str| format!("<Data Name='{name}'>{}</Data>", escaped(value));
        let values = if self.is_commit() {
            data("ConfigPath", &self.config_path)
        } else {
            [
                ("ConfigPath", &self.config_path),
                ("EffectiveLocationPath", &self.location),
                ("Configuration", &self.configuration),
                ("EditOperationType", &self.operation),
                ("OldValue", &self.old),
                ("NewValue", &self.new),
            ]
            .map(|(name, value)| data(name, value))
            .concat()
        };
        let execution = match self.process.as_str() {
            "" => String::new(),
            process => format!("<Execution ProcessID='{process}' ThreadID='1632'/>"),
        };
        let security = match self.actor.as_str() {
            "" => "<Security/>".to_owned(),
            actor => format!("<Security UserID='{}'/>", attribute(actor)),
        };
        format!(
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
             <Provider Name='Microsoft-Windows-IIS-Configuration' Guid='{{DC0B8E51-4863-407A-BC3C-1B479B2978AC}}'/>\
             <EventID>{id}</EventID><Version>0</Version><TimeCreated SystemTime='{}'/>{}<Correlation/>{execution}\
             <Channel>Microsoft-IIS-Configuration/Operational</Channel>{}{security}</System>\
             <EventData>{values}</EventData></Event>",
            iismodcheck::detect::time::format(self.time),
            element("EventRecordID", &self.record),
            element("Computer", &self.host),
        )
    }

    fn classic(&self, id: &str, message: &str) -> String {
        let lines = [
            ("LogName", "Microsoft-IIS-Configuration/Operational"),
            ("EventCode", id),
            ("EventType", if id == "50" { "4" } else { "5" }),
            ("ComputerName", &self.host),
            ("User", "NOT_TRANSLATED"),
            ("Sid", &self.actor),
            ("SidType", "0"),
            ("SourceName", "Microsoft-Windows-IIS-Configuration"),
            ("Type", if id == "50" { "Information" } else { "Verbose" }),
            ("RecordNumber", &self.record),
            ("Keywords", "None"),
            ("TaskCategory", "None"),
            ("OpCode", "Info"),
            ("Message", message),
        ];
        let head = lines.into_iter().filter(|(_, value)| !value.is_empty());
        let lines: Vec<String> = head.map(|(key, value)| format!("{key}={value}")).collect();
        format!("12/19/2022 06:40:32 PM\n{}", lines.join("\n"))
    }
}
