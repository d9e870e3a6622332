//! The story of three modules as collectors write it: an honest one, a hijacked one, one that nobody knows.

use searchcommand::testing::Event;

use super::{annotate, verdicts};

/// The rows of a table: objects of field and value.
fn rows(text: &str) -> Vec<Event> {
    let rows: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(text).unwrap();
    let event = |row: serde_json::Map<String, serde_json::Value>| {
        let cells: Vec<_> =
            row.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        Event::new(&cells)
    };
    rows.into_iter().map(event).collect()
}

/// The rows of the images.
fn images(text: &str) -> Vec<Event> {
    let names_image =
        |row: &Event| ["_raw", "EventData_Xml"].iter().any(|field| row.text(field).contains("/@image"));
    annotate(&[], &rows(text)).into_iter().filter(names_image).collect()
}

/// A change that failed gets the verdict of the change.
#[test]
fn what_failed_is_attempted_in_the_command_too() {
    let text = include_str!("../../fixtures/formats/09_events_root_around_one.json");
    let images = images(&text.replace("<EventID>29<", "<EventID>30<"));
    assert_eq!(verdicts(&images), ["known_good", "image_hijack", "unknown"]);
    assert!(images.iter().all(|row| row.text("iis_module_action") == "attempted"));
}

/// A classic text has no image.
#[test]
fn a_classic_text_without_line_feeds_is_read() {
    let images = images(include_str!("../../fixtures/formats/10_classic_cr_only.json"));
    assert_eq!(verdicts(&images), ["incomplete", "incomplete", "unknown"]);
}

#[test]
fn every_collector_tells_the_same_story() {
    for (file, text) in [
        ("01_raw_json_otel_map", include_str!("../../fixtures/formats/01_raw_json_otel_map.json")),
        ("01_raw_json_winlogbeat8", include_str!("../../fixtures/formats/01_raw_json_winlogbeat8.json")),
        (
            "06_fields_renamed_beside_otel_json",
            include_str!("../../fixtures/formats/06_fields_renamed_beside_otel_json.json"),
        ),
        ("07_eventcode_beside_json", include_str!("../../fixtures/formats/07_eventcode_beside_json.json")),
        ("09_events_root_around_one", include_str!("../../fixtures/formats/09_events_root_around_one.json")),
        ("11_classic_message_is_xml", include_str!("../../fixtures/formats/11_classic_message_is_xml.json")),
        ("15_eventdata_xml_field", include_str!("../../fixtures/formats/15_eventdata_xml_field.json")),
        ("16_old_fallback_with_dot", include_str!("../../fixtures/formats/16_old_fallback_with_dot.json")),
    ] {
        let images = images(text);
        assert_eq!(verdicts(&images), ["known_good", "image_hijack", "unknown"], "{file}");
        let hosts = images.iter().filter(|row| row.text("iis_host") == "web01.example.com").count();
        assert_eq!(hosts, images.len(), "{file}");
    }
}
