//! The options that are typed behind `| iismodcheck`.

use std::process::Command;

use searchcommand::testing::{Event, Splunkd};
use serde_json::json;

use super::app::App;
use super::rows::Row;
use super::{PROGRAM, annotate, assert_quiet, start, verdicts};

fn static_file() -> Row {
    Row::image("StaticFileModule", r"%windir%\System32\inetsrv\static.dll")
}

#[test]
fn bad_options_are_refused_in_words() {
    let cases: &[&[&str]] = &[
        &["allow_list=x"],
        &["Raw=true"],
        &["raw=maybe"],
        &["all_fields="],
        &["distributed=2"],
        &["parts=x"],
        &["input=events"],
        &["message_field="],
        &["packs=exchnge"],
        &["packs="],
        &["as_of=yesterday"],
        &["as_of=2026-02-30"],
        &["allowlist="],
        &["raw=true", "raw=true"],
        &["mine.csv"],
        &["raw", "true"],
        &["=true"],
        &[""],
        &["parts=true", "input=change"],
        &["name_field=n"],
        &["input=change", "distributed=true"],
        &["input=module", "message_field=m"],
    ];
    let app = App::new();
    let told = cases.iter().fold(String::new(), |told, arguments| {
        let error = app.refusal(arguments);
        assert_eq!(error.lines().count(), 1);
        told + &format!("| iismodcheck {}\n    {error}\n", arguments.join(" "))
    });
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("options_that_are_refused", told);
    });
}

#[test]
fn options_are_taken_in_every_form_that_is_typed() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["all_fields=true"], &["all_fields=true"]),
        (&["all_fields", "=", "true"], &["all_fields", "=", "true"]),
        (&["all_fields=", "t"], &["all_fields=", "t"]),
        (&["all_fields", "=1"], &["all_fields", "=1"]),
        (&["all_fields=Yes"], &["\"all_fields\"=\"Yes\""]),
    ];
    for (arguments, typed) in cases {
        let mut splunkd = start();
        let reply = splunkd.getinfo_with(arguments, typed, &json!({}));
        assert_eq!((reply.error(), reply.required_fields()), (None, None), "{typed:?}");
        assert_quiet(&splunkd.hang_up());
    }
}

#[test]
fn where_the_command_runs() {
    for (arguments, place) in [
        (&[][..], "stateful"),
        (&["distributed=false"], "stateful"),
        (&["distributed=true"], "streaming"),
        (&["input=module", "distributed=true"], "streaming"),
        (&["input=change"], "stateful"),
    ] {
        let mut splunkd = start();
        assert_eq!(splunkd.getinfo(arguments).json["type"], place, "{arguments:?}");
        assert_quiet(&splunkd.hang_up());
    }
    let mut splunkd = Splunkd::spawn(Command::new(PROGRAM).arg("--search-head-only"));
    assert_eq!(splunkd.getinfo(&[]).json["type"], "stateful");
    assert_quiet(&splunkd.hang_up());
    let mut splunkd = Splunkd::spawn(Command::new(PROGRAM).arg("--search-head-only"));
    let reply = splunkd.getinfo(&["distributed=true"]);
    assert!(reply.error().unwrap().starts_with("distributed=true is not available in this package"));
    assert_quiet(&splunkd.hang_up());
}

#[test]
fn every_known_version_of_getinfo_is_answered() {
    let older = json!({ "command": null, "maxresultrows": null, "splunk_version": "6.3.0" });
    let numbers = json!({ "earliest_time": 0, "latest_time": 1_772_417_635.5 });
    let probe =
        json!({ "dispatch_dir": null, "session_key": null, "sid": null, "args": null, "raw_args": null });
    for changes in [older, numbers, probe, json!({ "added_later": { "a": [1] } })] {
        let mut splunkd = start();
        let reply = splunkd.getinfo_with(&[], &[], &changes);
        assert_eq!(reply.error(), None, "{changes}");
        let merged = splunkd.execute(&[static_file().xml_event()], true);
        assert_eq!(verdicts(&merged.events), ["known_good"]);
        assert_quiet(&splunkd.hang_up());
    }
}

/// One column may serve two inputs.
#[test]
fn a_message_field_that_is_an_input_already() {
    let message = Row::element("globalModules", "Evil").message();
    let event = Event::new(&[("EventCode", "29"), ("dest", &message)]);
    let annotated = annotate(&["message_field=dest"], &[event]);
    assert_eq!(annotated[0].text("iis_module_name"), "Evil");
    assert_eq!(annotated[0].text("iis_host"), message.to_lowercase());
}

#[test]
fn another_message_field() {
    let row = Row::element("globalModules", "HttpHelper");
    let event = Event::new(&[("EventCode", "29"), ("msg", &row.message()), ("Message", "")]);
    assert_eq!(verdicts(&annotate(&["message_field=msg"], std::slice::from_ref(&event))), ["unknown"]);
    let mut splunkd = start();
    let required = splunkd.getinfo(&["message_field=event message"]).required_fields().unwrap();
    assert!(required.contains(&"event message".to_owned()) && !required.contains(&"Message".to_owned()));
    assert_quiet(&splunkd.hang_up());
}

#[test]
fn without_raw_the_fields_speak() {
    let mut splunkd = start();
    let required = splunkd.getinfo(&["raw=false"]).required_fields().unwrap();
    assert!(!required.contains(&"_raw".to_owned()));
    // The text says something else than the fields; it is not even asked for.
    let mut event = static_file().fields_event();
    event.set("_raw", &[Row::image("HttpHelper", r"C:\Temp\h.dll").xml()]);
    let merged = splunkd.execute(std::slice::from_ref(&event), true);
    assert_eq!(verdicts(&merged.events), ["known_good"]);
    assert_quiet(&splunkd.hang_up());
    assert_eq!(verdicts(&annotate(&[], &[event])), ["suspicious_location"]);
}

#[test]
fn packs_are_chosen_by_name() {
    let app = App::new();
    let error = app.refusal(&["packs=no such pack"]);
    let packs = error.split_once("the packs are ").expect("the packs are named").1;
    for pack in packs.split(", ") {
        assert_eq!(super::annotate_in(app.start(), &[&format!("packs={pack}")], &[]), []);
    }
    let all = packs.replace(", ", ",");
    assert_eq!(super::annotate_in(app.start(), &[&format!("packs={all}")], &[]), []);
}

#[test]
fn a_pack_makes_its_modules_known() {
    let row = Row::image("AnonymousAuthenticationModule", r"%IIS_BIN%\authanon.dll").fields_event();
    let without = annotate(&[], std::slice::from_ref(&row));
    assert_ne!(verdicts(&without), ["known_good"]);
    for argument in ["packs=iisexpress", "packs=exchange,IISExpress", "packs=iisexpress|exchange"] {
        assert_eq!(
            verdicts(&annotate(&[argument], std::slice::from_ref(&row))),
            ["known_good"],
            "{argument}"
        );
    }
}

#[test]
fn the_time_of_a_row_without_time_is_the_end_of_the_search() {
    let app = App::with(
        "iismodcheck_allowlist.csv",
        "name,image,expires\nContosoModule,D:\\Contoso\\contoso.dll,2026-03-02\n",
    );
    let row = Row::image("ContosoModule", r"D:\Contoso\contoso.dll");
    let mut event = row.fields_event();
    event.set("_time", &[""]);
    for (latest, expected) in [("1772417635", "allowed"), ("1772496000", "allow_expired")] {
        let mut splunkd = app.start();
        splunkd.getinfo_with(&[], &[], &json!({ "latest_time": latest }));
        let merged = splunkd.execute(std::slice::from_ref(&event), true);
        assert_eq!(verdicts(&merged.events), [expected]);
        let reasons = merged.events[0].text("iis_module_reasons");
        assert!(reasons.contains("time_assumed"), "{reasons}");
        assert_quiet(&splunkd.hang_up());
    }
}
