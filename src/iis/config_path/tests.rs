//! The table of configuration paths, and what holds for any text.

use proptest::prelude::*;

use super::*;

const TABLE: &str = include_str!("../../../tests/fixtures/config_paths.csv");

fn word(element: Element) -> &'static str {
    match element {
        Element::Add => "add",
        Element::Remove => "remove",
        Element::Clear => "clear",
        Element::Section => "section",
    }
}

/// The reason code that the table has.
fn reason(fault: PathFault) -> &'static str {
    match fault {
        PathFault::None => "no_configuration_path",
        PathFault::Truncated => "truncated_path",
        PathFault::UnknownElement => "unknown_element",
        PathFault::UnknownForm => "unknown_path_form",
        PathFault::NoNameKey => "no_name_key",
        PathFault::EmptyName => "empty_name",
    }
}

#[test]
fn every_path_of_the_table_is_read_as_it_says() {
    let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
    let mut rows = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let columns: Vec<&str> = row.iter().collect();
        let [path, parsed, section, element, name, attribute, joined, _note] = columns[..] else {
            panic!("eight columns: {row:?}");
        };
        rows += 1;
        match parse(path) {
            Parsed::Module(got) => {
                let got = (
                    got.section.as_str(),
                    word(got.element),
                    got.name,
                    got.attribute,
                    if got.joined { "yes" } else { "" },
                );
                assert_eq!(("module", got), (parsed, (section, element, name, attribute, joined)), "{path}");
            }
            Parsed::OtherSection => assert_eq!("other_section", parsed, "{path}"),
            Parsed::Malformed(fault) => assert_eq!(reason(fault), parsed, "{path}"),
        }
    }
    assert!(rows >= 60, "{rows}");
}

#[test]
fn every_strict_prefix_of_a_module_path_is_another_element_or_malformed() {
    let path = r#"/system.webServer/globalModules/add[@name="X"]/@image"#;
    for end in 0..path.len() {
        match parse(&path[..end]) {
            Parsed::Malformed(_) => {}
            // A cut that leaves a path of its own: the section, the element row, a shorter attribute.
            Parsed::Module(got) => {
                assert!(got.name.is_empty() || got.name == "X", "{got:?}");
                assert!(
                    end == "/system.webServer/globalModules".len() || end >= path.len() - "/@image".len()
                );
            }
            Parsed::OtherSection => panic!("{}", &path[..end]),
        }
    }
}

#[test]
fn a_huge_path_takes_linear_time() {
    let joints =
        format!(r#"/system.webServer/globalModules/add[@name="{}"]"#, r#"" and @a="#.repeat(200_000));
    let quotes =
        format!(r#"/system.webServer/globalModules/add[@name="{}"]/@image"#, r#""]/@a"#.repeat(200_000));
    let started = std::time::Instant::now();
    assert!(matches!(parse(&joints), Parsed::Module(_)));
    assert!(matches!(parse(&quotes), Parsed::Module(_)));
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
}

/// Any name but an empty one, with the characters that mean something in a path made frequent.
fn name() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            Just("\"]".to_owned()),
            Just("/@image".to_owned()),
            Just("'".to_owned()),
            Just(" and ".to_owned()),
            Just("' at 'MACHINE".to_owned()),
            "[a-zA-Z0-9 ._]{1,8}",
            "\\PC{1,4}",
        ],
        1..6,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn a_written_name_is_read_back(
        name in name(),
        attribute in prop_oneof![Just(""), Just("image"), Just("name"), Just("type"), Just("preCondition")],
        remove in any::<bool>(),
    ) {
        prop_assume!(!name.contains("\" and @"));
        let element = if remove { "remove" } else { "add" };
        let slash = if attribute.is_empty() { "" } else { "/@" };
        for section in SECTIONS {
            let path = format!("{}/{element}[@name=\"{name}\"]{slash}{attribute}", section.path());
            let expected = ConfigPath {
                section,
                element: if remove { Element::Remove } else { Element::Add },
                name: &name,
                attribute,
                joined: false,
            };
            prop_assert_eq!(parse(&path), Parsed::Module(expected));
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic_and_a_name_is_a_part_of_it(text in "\\PC{0,200}") {
        let path = format!("/system.webServer/modules/add[@{text}");
        for text in [&text, &path] {
            if let Parsed::Module(got) = parse(text) {
                prop_assert!(text.contains(got.name));
            }
        }
    }
}
