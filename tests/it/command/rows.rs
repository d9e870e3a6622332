//! Event rows as they reach the command: XML, classic text, extracted fields.

use std::fmt::Write as _;

use searchcommand::testing::Event;

/// The server level.
pub const SERVER: &str = "MACHINE/WEBROOT/APPHOST";
/// 2026-03-02T02:13:55Z
pub const TIME: &str = "1772417635";

/// One event 29.
#[derive(Clone, Debug)]
pub struct Row {
    pub configuration: String,
    pub operation: u8,
    pub old: String,
    pub new: String,
    pub host: String,
    pub record: u32,
}

impl Row {
    /// The row that registers an image: the `/@image` of an element in `globalModules`.
    pub fn image(name: &str, image: &str) -> Self {
        Self::of(&format!("{}/@image", element("globalModules", name)), image)
    }

    /// The row that registers a managed type: the `/@type` of an element in `modules`.
    pub fn type_name(name: &str, type_name: &str) -> Self {
        Self::of(&format!("{}/@type", element("modules", name)), type_name)
    }

    /// The element's own row.
    pub fn element(section: &str, name: &str) -> Self {
        Self::of(&element(section, name), "")
    }

    pub fn of(configuration: &str, new: &str) -> Self {
        Self {
            configuration: configuration.to_owned(),
            operation: 1,
            old: String::new(),
            new: new.to_owned(),
            host: "web01.corp.example".to_owned(),
            record: 4711,
        }
    }

    /// The English sentence.
    pub fn message(&self) -> String {
        format!("Changes to '{}' at '{SERVER}' have successfully been committed.", self.configuration)
    }

    /// The event as XML.
    pub fn xml(&self) -> String {
        let data = [
            ("PhysicalPath", r"\\?\C:\Windows\system32\inetsrv\config\applicationHost.config"),
            ("ConfigPath", SERVER),
            ("EffectiveLocationPath", ""),
            ("Configuration", &self.configuration),
            ("EditOperationType", &self.operation.to_string()),
            ("OldValue", &self.old),
            ("NewValue", &self.new),
        ];
        let data = data.into_iter().fold(String::new(), |mut text, (name, value)| {
            let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            write!(text, "<Data Name='{name}'>{value}</Data>").unwrap();
            text
        });
        format!(
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
             <Provider Name='Microsoft-Windows-IIS-Configuration' Guid='{{DC0B8E51-4863-407A-BC3C-1B479B2978AC}}'/>\
             <EventID>29</EventID><Version>0</Version><Level>5</Level><Task>0</Task><Opcode>0</Opcode>\
             <Keywords>0x4000000000000000</Keywords><TimeCreated SystemTime='2026-03-02T02:13:55.0000000Z'/>\
             <EventRecordID>{}</EventRecordID><Correlation/><Execution ProcessID='4120' ThreadID='4144'/>\
             <Channel>Microsoft-IIS-Configuration/Operational</Channel><Computer>{}</Computer>\
             <Security UserID='S-1-5-18'/></System><EventData>{data}</EventData></Event>",
            self.record, self.host
        )
    }

    /// The event as classic text; `appended` stands behind the sentence.
    pub fn classic(&self, appended: &str) -> String {
        format!(
            "03/02/2026 02:13:55 AM\nLogName=Microsoft-IIS-Configuration/Operational\nEventCode=29\nEventType=5\n\
             ComputerName={}\nUser=NOT_TRANSLATED\nSid=S-1-5-18\nSidType=0\n\
             SourceName=Microsoft-Windows-IIS-Configuration\nType=Verbose\nRecordNumber={}\nKeywords=None\n\
             TaskCategory=None\nOpCode=Info\nMessage={}{appended}",
            self.host,
            self.record,
            self.message()
        )
    }

    /// A row with nothing but the XML.
    pub fn xml_event(&self) -> Event {
        Event::new(&[("_time", TIME), ("_raw", &self.xml())])
    }

    /// A row with nothing but the classic text.
    pub fn classic_event(&self, appended: &str) -> Event {
        Event::new(&[("_time", TIME), ("_raw", &self.classic(appended))])
    }

    /// A row of extracted fields without `_raw`.
    pub fn fields_event(&self) -> Event {
        Event::new(&[
            ("_time", TIME),
            ("EventCode", "29"),
            ("Computer", &self.host),
            ("Configuration", &self.configuration),
            ("ConfigPath", SERVER),
            ("EditOperationType", &self.operation.to_string()),
            ("OldValue", &self.old),
            ("NewValue", &self.new),
            ("RecordNumber", &self.record.to_string()),
        ])
    }

    /// A row of the classic fields without `_raw`.
    pub fn message_event(&self) -> Event {
        Event::new(&[
            ("_time", TIME),
            ("EventCode", "29"),
            ("ComputerName", &self.host),
            ("Message", &self.message()),
        ])
    }
}

/// The configuration path of an element. IIS quotes a name that has double quotes in single ones.
pub fn element(section: &str, name: &str) -> String {
    let quote = if name.contains('"') { '\'' } else { '"' };
    format!("/system.webServer/{section}/add[@name={quote}{name}{quote}]")
}
