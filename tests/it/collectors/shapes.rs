//! An event as each collector and tool writes it.

use serde_json::{Map, Value, json};

use crate::splunk::{Record, value};

/// The names of event data, in the order of the manifest.
pub const STRINGS: [&str; 7] = [
    "PhysicalPath",
    "ConfigPath",
    "EffectiveLocationPath",
    "Configuration",
    "EditOperationType",
    "OldValue",
    "NewValue",
];
pub const PROVIDER: &str = "Microsoft-Windows-IIS-Configuration";
pub const CHANNEL: &str = "Microsoft-IIS-Configuration/Operational";

/// One event: its fields, and what a collector makes of them.
pub struct Event<'a> {
    pub row: &'a Record,
    pub time: String,
}

impl Event<'_> {
    pub fn get(&self, name: &str) -> &str {
        value(self.row, name)
    }

    pub fn id(&self) -> u32 {
        self.get("EventCode").parse().unwrap()
    }

    /// The names that this event has values for.
    pub fn names(&self) -> &'static [&'static str] {
        if self.id() == 50 { &STRINGS[1..2] } else { &STRINGS }
    }

    pub fn strings(&self) -> Vec<&str> {
        self.names().iter().map(|name| self.get(name)).collect()
    }

    pub fn data(&self) -> Map<String, Value> {
        self.names().iter().map(|name| ((*name).to_owned(), self.get(name).into())).collect()
    }

    /// Without what is empty, as Winlogbeat and Wazuh write it.
    pub fn filled(&self) -> Map<String, Value> {
        self.data().into_iter().filter(|(_, value)| value != "").collect()
    }

    pub fn pairs(&self) -> Value {
        let pair = |name: &&str| match self.get(name) {
            "" => json!({"@Name": name}),
            text => json!({"@Name": name, "#text": text}),
        };
        match self.names() {
            [name] => pair(name),
            names => names.iter().map(pair).collect(),
        }
    }
}

/// What a collector calls a value that lies flat beside the others.
pub type Flat = Vec<(String, String)>;

/// The cells that a tool makes of an event.
pub type Cells = fn(&Event<'_>) -> Flat;

pub fn flat(event: &Event<'_>, names: [(&str, &str); 7]) -> Flat {
    let id = event.id().to_string();
    let own = [
        PROVIDER,
        CHANNEL,
        &id,
        event.get("Computer"),
        event.get("EventRecordID"),
        event.get("UserID"),
        &event.time,
    ];
    let mut flat: Flat =
        names.iter().zip(own).map(|((name, _), text)| ((*name).to_owned(), text.to_owned())).collect();
    let process = names[0].1;
    flat.push((process.to_owned(), event.get("ProcessID").to_owned()));
    flat
}

pub fn kibana(event: &Event<'_>) -> Flat {
    let names = [
        ("winlog.provider_name", "winlog.process.pid"),
        ("winlog.channel", ""),
        ("event.code", ""),
        ("winlog.computer_name", ""),
        ("winlog.record_id", ""),
        ("winlog.user.identifier", ""),
        ("@timestamp", ""),
    ];
    let mut cells = flat(event, names);
    let text = |name: &&str| match event.get(name) {
        "" => "-".to_owned(),
        text => text.to_owned(),
    };
    cells.extend(STRINGS.iter().map(|name| (format!("winlog.event_data.{name}"), text(name))));
    cells
}

pub fn velociraptor(event: &Event<'_>) -> Flat {
    let names = [
        ("Provider", "ProcessID"),
        ("Channel", ""),
        ("EventID", ""),
        ("Computer", ""),
        ("EventRecordID", ""),
        ("UserSID", ""),
        ("EventTime", ""),
    ];
    let mut cells = flat(event, names);
    cells.push(("EventData".to_owned(), Value::Object(event.data()).to_string()));
    cells
}

pub fn evtx_ecmd(event: &Event<'_>) -> Flat {
    let names = [
        ("Provider", "ProcessId"),
        ("Channel", ""),
        ("EventId", ""),
        ("Computer", ""),
        ("EventRecordId", ""),
        ("UserId", ""),
        ("TimeCreated", ""),
    ];
    let mut cells = flat(event, names);
    cells.push(("RecordNumber".to_owned(), "1".to_owned()));
    cells.push(("ChunkNumber".to_owned(), "0".to_owned()));
    cells.push(("Payload".to_owned(), json!({"EventData": {"Data": event.pairs()}}).to_string()));
    cells
}

pub fn log_parser(event: &Event<'_>) -> Flat {
    let names = [
        ("SourceName", "ProcessID"),
        ("EventLog", ""),
        ("EventID", ""),
        ("ComputerName", ""),
        ("RecordNumber", ""),
        ("SID", ""),
        ("TimeGenerated", ""),
    ];
    let mut cells = flat(event, names);
    cells.push(("Strings".to_owned(), event.strings().join("|")));
    cells.push(("Message".to_owned(), event.get("Message").to_owned()));
    cells
}

pub fn plaso(event: &Event<'_>) -> Flat {
    let strings: Vec<String> = event.strings().iter().map(|text| format!("'{text}'")).collect();
    let message = format!(
        "[{id} / 0x{id:04x}] Provider identifier: {{dc0b8e51-4863-407a-bc3c-1b479b2978ac}} Source Name: {PROVIDER} Strings: [{}] \
         Computer Name: {} Record Number: {} Event Level: 5",
        strings.join(", "),
        event.get("Computer"),
        event.get("EventRecordID"),
        id = event.id(),
    );
    [
        ("datetime", event.time.replace('Z', "+00:00")),
        ("timestamp_desc", "Content Modification Time".to_owned()),
        ("source", "EVT".to_owned()),
        ("message", message),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .to_vec()
}

/// plaso's `l2tcsv`: strings as Python writes them, and a blank for each comma.
pub fn l2tcsv(event: &Event<'_>) -> Flat {
    let escaped =
        |text: &&str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"));
    let strings: Vec<String> = event.strings().iter().map(escaped).collect();
    let text = plaso(event).remove(3).1;
    let (before, rest) = text.split_once("Strings: [").unwrap();
    let (_, behind) = rest.rsplit_once("] Computer").unwrap();
    let text = format!("{before}Strings: [{}] Computer{behind}", strings.join(", "));
    let (day, time) = event.time.split_once('T').unwrap();
    let [year, month, day] = day.split('-').collect::<Vec<_>>()[..] else { panic!("{day}") };
    [
        ("date", format!("{month}/{day}/{year}")),
        ("time", time.trim_end_matches('Z').to_owned()),
        ("timezone", "UTC".to_owned()),
        ("MACB", "M...".to_owned()),
        ("source", "EVT".to_owned()),
        ("sourcetype", "WinEVTX".to_owned()),
        ("type", "Content Modification Time".to_owned()),
        ("user", "-".to_owned()),
        ("host", "relay".to_owned()),
        ("short", text.chars().take(40).collect()),
        ("desc", text),
        ("version", "2".to_owned()),
        ("filename", "OS:/case/IIS.evtx".to_owned()),
        ("format", "winevtx".to_owned()),
    ]
    .map(|(name, text)| (name.to_owned(), text.replace(',', " ")))
    .to_vec()
}

/// The layouts of plaso's text, the last as the first without a message.
pub const LAYOUTS: [&str; 4] = [
    "Provider identifier: {x} Source Name: SOURCE LIST Computer Name: web01 Record Number: 7 Event Level: 4 MESSAGE",
    "Provider identifier: {x} Source Name: SOURCE MESSAGE LIST Computer Name: web01 Record Number: 7 Event Level: 4",
    "Record Number: 7 Event Level: 4 Source Name: SOURCE Computer Name: web01 MESSAGE LIST",
    "Provider identifier: {x} Source Name: SOURCE LIST Computer Name: web01 Record Number: 7 Event Level: 4",
];

/// A timeline with the change of a module's image in one of the layouts.
pub fn laid_out(layout: &str, name: &str, image: &str) -> Vec<u8> {
    let path = format!("/system.webServer/globalModules/add[@name=\"{name}\"]/@image");
    let place = "MACHINE/WEBROOT/APPHOST";
    let message =
        format!("Message string: Changes to '{path}' at '{place}' have successfully been committed.");
    let values =
        [r"\\?\C:\Windows\system32\inetsrv\config\applicationHost.config", place, "", &path, "1", "", image];
    let values = values.map(|text| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")));
    let text = layout
        .replace("SOURCE", PROVIDER)
        .replace("LIST", &format!("Strings: [{}]", values.join(", ")))
        .replace("MESSAGE", &message);
    timeline(&format!("[29 / 0x001d] {text}"))
}

/// A timeline of one text.
pub fn timeline(text: &str) -> Vec<u8> {
    let cells = [("datetime", "2026-03-04T09:14:10+00:00"), ("timestamp_desc", "x"), ("message", text)];
    table(&[cells.map(|(name, text)| (name.to_owned(), text.replace(',', " "))).to_vec()])
}

pub fn table(cells: &[Flat]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells[0].iter().map(|(name, _)| name)).unwrap();
    for row in cells {
        writer.write_record(row.iter().map(|(_, text)| text)).unwrap();
    }
    writer.into_inner().unwrap()
}

/// Log Analytics' `Event`, as its portal exports it.
pub fn azure(event: &Event<'_>) -> Flat {
    let names = [
        ("Source", "x"),
        ("EventLog", ""),
        ("EventID", ""),
        ("Computer", ""),
        ("EventRecordId", ""),
        ("UserID", ""),
        ("TimeGenerated [UTC]", ""),
    ];
    let mut cells = flat(event, names);
    cells.retain(|(name, _)| name != "x");
    cells.push(("ProcessID".to_owned(), event.get("ProcessID").to_owned()));
    let escaped =
        |name: &str| event.get(name).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let data = |name: &&str| format!("<Data Name=\"{name}\">{}</Data>", escaped(name));
    let data = event.names().iter().map(data).collect::<Vec<_>>().concat();
    let data = format!(
        "<DataItem type=\"System.XmlData\" time=\"x\" sourceHealthServiceId=\"y\"><EventData xmlns=\"z\">{data}</EventData></DataItem>"
    );
    cells.push(("EventData".to_owned(), data));
    cells
}

/// Graylog's messages, as it exports them: keys joined by underscores.
pub fn graylog(event: &Event<'_>) -> Flat {
    let names = [
        ("winlogbeat_winlog_provider_name", "winlogbeat_winlog_process_pid"),
        ("winlogbeat_winlog_channel", ""),
        ("winlogbeat_winlog_event_id", ""),
        ("winlogbeat_winlog_computer_name", ""),
        ("winlogbeat_winlog_record_id", ""),
        ("winlogbeat_winlog_user_identifier", ""),
        ("timestamp", ""),
    ];
    let mut cells = flat(event, names);
    let data = |name: &&str| (format!("winlogbeat_winlog_event_data_{name}"), event.get(name).to_owned());
    cells.extend(STRINGS.iter().map(data));
    cells
}

/// Records of `Get-WinEvent`, as `Export-Clixml` writes them.
pub fn clixml(events: &[Event<'_>]) -> Vec<u8> {
    let escaped = |text: &str| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "_x000A_")
    };
    let object = |event: &Event<'_>| {
        let own = [
            ("I32", "Id", event.get("EventCode")),
            ("S", "ProviderName", PROVIDER),
            ("S", "LogName", CHANNEL),
            ("S", "MachineName", event.get("Computer")),
            ("I64", "RecordId", event.get("EventRecordID")),
            ("I32", "ProcessId", event.get("ProcessID")),
            ("DT", "TimeCreated", &event.time),
        ]
        .iter()
        .map(|(kind, name, text)| format!("<{kind} N=\"{name}\">{}</{kind}>\r\n", escaped(text)))
        .collect::<Vec<_>>()
        .concat();
        let values = event
            .strings()
            .iter()
            .map(|text| format!("<Obj RefId=\"4\"><Props><S N=\"Value\">{}</S></Props></Obj>", escaped(text)))
            .collect::<Vec<_>>()
            .concat();
        let user = escaped(event.get("UserID"));
        format!(
            "<Obj RefId=\"0\"><TN RefId=\"0\"><T>System.Diagnostics.Eventing.Reader.EventLogRecord</T></TN><Props>\r\n{own}\
             <Obj N=\"UserId\" RefId=\"1\"><ToString>{user}</ToString><Props><S N=\"Value\">{user}</S></Props></Obj>\
             <Nil N=\"ActivityId\" /><Obj N=\"Properties\" RefId=\"2\"><LST>{values}</LST></Obj></Props></Obj>\r\n"
        )
    };
    let objects: String = events.iter().map(object).collect();
    let text = format!(
        "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\r\n{objects}</Objs>"
    );
    // Windows PowerShell writes UTF-16.
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

pub fn elastic(event: &Event<'_>) -> Value {
    json!({"@timestamp": event.time, "event": {"code": event.get("EventCode"), "created": "2030-01-01T00:00:00Z"},
        "winlog": {"provider_name": PROVIDER, "channel": CHANNEL, "event_id": event.id(), "computer_name": event.get("Computer"),
            "record_id": event.get("EventRecordID"), "process": {"pid": event.get("ProcessID")},
            "user": {"identifier": event.get("UserID")}, "event_data": event.filled()}})
}

/// One shape of OpenTelemetry's data.
pub fn otel(event: &Event<'_>, data: &Value) -> Value {
    json!({"provider": {"name": PROVIDER, "guid": "{x}"}, "channel": CHANNEL, "event_id": {"id": event.id(), "qualifiers": 0},
        "computer": event.get("Computer"), "record_id": event.get("EventRecordID"), "system_time": event.time,
        "execution": {"process_id": event.get("ProcessID")}, "security": {"user_id": event.get("UserID")}, "event_data": data})
}

/// Values as the file exporter of OpenTelemetry writes them: each names its kind.
pub fn any(value: &Value) -> Value {
    let pair = |(key, value): (&String, &Value)| json!({"key": key, "value": any(value)});
    match value {
        Value::Null => json!({}),
        Value::Number(number) => json!({"intValue": number.to_string()}),
        Value::Array(values) => json!({"arrayValue": {"values": values.iter().map(any).collect::<Vec<_>>()}}),
        Value::Object(object) => {
            json!({"kvlistValue": {"values": object.iter().map(pair).collect::<Vec<_>>()}})
        }
        other => json!({"stringValue": other}),
    }
}

/// A document of the file exporter with these bodies, some in each scope.
pub fn otlp(bodies: &[Value]) -> Vec<u8> {
    let record = |body: &Value| {
        json!({"timeUnixNano": "1", "observedTimeUnixNano": "2", "body": body,
        "attributes": [{"key": "x", "value": {"stringValue": "y"}}], "traceId": "", "spanId": ""})
    };
    let line = |bodies: &[Value]| {
        let scopes: Vec<Value> = bodies
            .chunks(2)
            .map(|some| json!({"scope": {}, "logRecords": some.iter().map(record).collect::<Vec<_>>()}))
            .collect();
        let resource = json!({"attributes": [{"key": "host.name", "value": {"stringValue": "relay"}}]});
        json!({"resourceLogs": [{"resource": resource, "scopeLogs": scopes}]})
    };
    lines(bodies.chunks(5).map(line))
}

/// An answer of Log Analytics with the rows of a table.
pub fn answer(rows: &[Flat]) -> Vec<u8> {
    let names: Vec<Value> = rows[0].iter().map(|(name, _)| json!({"name": name, "type": "string"})).collect();
    let rows: Vec<Vec<&String>> = rows.iter().map(|row| row.iter().map(|(_, text)| text).collect()).collect();
    json!({"tables": [{"name": "PrimaryResult", "columns": names, "rows": rows}]}).to_string().into_bytes()
}

pub fn tree(event: &Event<'_>) -> Value {
    let text = |name: &str| json!({"#attributes": {name: event.get(name)}});
    let mut system = json!({"Provider": {"#attributes": {"Name": PROVIDER}}, "EventID": event.id(), "Channel": CHANNEL,
        "Computer": event.get("Computer"), "EventRecordID": event.get("EventRecordID")});
    system["TimeCreated"] = json!({"#attributes": {"SystemTime": event.time}});
    system["Execution"] = text("ProcessID");
    system["Security"] = text("UserID");
    json!({"Event": {"System": system, "EventData": event.data()}})
}

pub fn wazuh(event: &Event<'_>) -> Value {
    let escaped = |text: &Value| {
        let text = text.as_str().unwrap_or_default();
        Value::from(text.replace('\\', "\\\\").replace('"', "\\\""))
    };
    let lower = |name: &str| name[..1].to_lowercase() + &name[1..];
    let data: Map<String, Value> =
        event.filled().iter().map(|(name, text)| (lower(name), escaped(text))).collect();
    json!({"data": {"win": {"system": {"providerName": PROVIDER, "channel": CHANNEL, "eventID": event.get("EventCode"),
        "computer": event.get("Computer"), "eventRecordID": event.get("EventRecordID"), "systemTime": event.time,
        "processID": event.get("ProcessID")}, "eventdata": data}}})
}

pub fn nxlog(event: &Event<'_>) -> Value {
    let mut object = event.data();
    for (name, text) in [
        ("SourceName", PROVIDER),
        ("Channel", CHANNEL),
        ("Hostname", event.get("Computer")),
        ("EventTime", &event.time),
        ("UserID", event.get("UserID")),
        ("ProcessID", event.get("ProcessID")),
        ("RecordNumber", event.get("EventRecordID")),
        ("EventID", event.get("EventCode")),
    ] {
        object.insert(name.to_owned(), text.into());
    }
    Value::Object(object)
}

/// Values as a list: Fluent Bit, Fluentd, PowerShell.
pub fn listed(event: &Event<'_>, key: &str, list: Value) -> Value {
    let mut object = json!({"ProviderName": PROVIDER, "Channel": CHANNEL, "EventID": event.id(),
        "Computer": event.get("Computer"), "EventRecordID": event.get("EventRecordID"), "TimeCreated": event.time,
        "ProcessID": event.get("ProcessID"), "UserID": event.get("UserID")});
    object["EventRecordId"] = object["EventRecordID"].take();
    object.as_object_mut().unwrap().remove("EventRecordID");
    object[key] = list;
    object
}

pub fn lines(objects: impl Iterator<Item = Value>) -> Vec<u8> {
    objects.flat_map(|object| (object.to_string() + "\n").into_bytes()).collect()
}
