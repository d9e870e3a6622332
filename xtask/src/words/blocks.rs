//! What stands between the marks, and where.

use std::collections::BTreeMap;

use iismodcheck::allowlist::{Catalogue, EntrySource, SiteFile, lint};
use iismodcheck::command::options::{GoesWith, Name};
use iismodcheck::detect::response::{COMMANDS, Response};
use iismodcheck::detect::{Column, ReasonCode, Severity, Verdict, actor, advice, needs_decision};

use super::tables::{code, setting, table};

/// A file, the name of a mark in it, and what belongs behind the mark.
type Block = (&'static str, &'static str, fn() -> Result<String, String>);

const VERDICTS: &str = "docs/verdicts.md";
const ALLOWLIST: &str = "docs/allowlist.md";
const RESPONSE: &str = "docs/response.md";
const SEARCH: &str = "docs/search.md";
const APP_README: &str = "splunk_app/README.md";
const SEARCHBNF: &str = "splunk_app/default/searchbnf.conf";

pub(super) const BLOCKS: &[Block] = &[
    (VERDICTS, "verdicts", || Ok(verdicts())),
    (VERDICTS, "scores", || Ok(scores())),
    (VERDICTS, "condition", || Ok(format!("\n    {}\n\n", needs_decision::spl()))),
    (VERDICTS, "decision", || Ok(reasons(|code| matches!(code, ReasonCode::Code(_))))),
    (VERDICTS, "files", || Ok(reasons(|code| matches!(code, ReasonCode::FileCode(_))))),
    (VERDICTS, "lookalikes", || Ok(reasons(|code| matches!(code, ReasonCode::Likeness(_))))),
    (VERDICTS, "places", || Ok(reasons(|code| matches!(code, ReasonCode::Place(_))))),
    (VERDICTS, "images", || Ok(reasons(|code| matches!(code, ReasonCode::Oddity(_))))),
    (VERDICTS, "events", || Ok(reasons(|code| matches!(code, ReasonCode::Unreadable(_))))),
    (RESPONSE, "response", || Ok(responses())),
    (ALLOWLIST, "packs", packs),
    (ALLOWLIST, "rules", || Ok(rules())),
    (SEARCH, "options", || Ok(options())),
    (APP_README, "options", || Ok(options())),
    (APP_README, "verdicts", || Ok(verdicts_in_short())),
    (super::MACROS_CONF, "condition", || Ok(format!("definition = {}\n", needs_decision::spl()))),
    (super::MACROS_CONF, "accounts", || Ok(format!("definition = {}\n", actor::spl()))),
    (super::MACROS_CONF, "why", || Ok(why())),
    (super::MACROS_CONF, "response", || Ok(format!("definition = {}\n", Response::spl()))),
    (super::MACROS_CONF, "todo", || Ok(format!("definition = {}\n", advice::spl_todo()))),
    (super::MACROS_CONF, "steps", || Ok(format!("definition = {}\n", advice::spl_steps()))),
    (SEARCHBNF, "syntax", || Ok(syntax())),
    (SEARCHBNF, "options", || Ok(stanzas())),
];

fn verdicts() -> String {
    table(
        ["verdict", "severity", "what was seen", "why it matters", "what to do", "example", "since"],
        Verdict::ALL.map(|verdict| {
            let told = verdict.told();
            let texts =
                [verdict.severity().as_str(), told.seen, told.why, told.todo, told.example, told.since];
            let [severity, seen, why, todo, example, since] = texts.map(str::to_owned);
            [code(verdict.as_str()), severity, seen, why, todo, example, since]
        }),
    )
}

fn verdicts_in_short() -> String {
    table(
        ["verdict", "severity", "what was seen", "what to do"],
        Verdict::ALL.map(|verdict| {
            let told = verdict.told();
            let [severity, seen, todo] =
                [verdict.severity().as_str(), told.seen, told.todo].map(str::to_owned);
            [code(verdict.as_str()), severity, seen, todo]
        }),
    )
}

/// What to do in each case, a heading for each list of steps.
fn responses() -> String {
    let list = |heading: &str, steps: &[&str]| {
        let steps: Vec<String> = steps.iter().map(|step| format!("- {step}\n")).collect();
        if steps.is_empty() { String::new() } else { format!("{heading}\n\n{}\n", steps.concat()) }
    };
    let commands = |heading: &str, commands: &[&str]| {
        let lines: Vec<String> = commands.iter().map(|command| format!("    {command}\n")).collect();
        if commands.is_empty() { String::new() } else { format!("{heading}\n\n{}\n", lines.concat()) }
    };
    let case = |response: Response| {
        let steps = response.steps();
        [
            format!("\n## Of {}\n\nFirst: {}.\n\n", steps.case, steps.first),
            list("**What to secure now**", steps.secure),
            commands("For the host:", steps.keep),
            commands("For the file, or several divided by commas:", steps.keep_files),
            list("**What to change afterwards**", steps.change),
            list("**How to take it out**", steps.remove),
        ]
        .concat()
    };
    format!("\n{COMMANDS}\n{}", Response::ALL.map(case).concat())
}

fn scores() -> String {
    table(
        ["severity", "score"],
        Severity::ALL.map(|severity| [severity.as_str(), severity.score()].map(str::to_owned)),
    )
}

fn reasons(of: fn(&ReasonCode) -> bool) -> String {
    table(
        ["code", "what was seen", "why it matters", "what to do", "example", "since"],
        ReasonCode::all().filter(of).map(|reason| {
            let told = reason.told();
            let texts = [told.seen, told.why, told.todo, told.example, told.since].map(str::to_owned);
            let [seen, why, todo, example, since] = texts;
            [code(reason.as_str()), seen, why, todo, example, since]
        }),
    )
}

fn rules() -> String {
    table(
        ["rule", "grade", "finds", "fix"],
        lint::RULES.iter().map(|rule| {
            let [grade, finds, fix] = [rule.grade.as_str(), rule.finds, rule.fix].map(str::to_owned);
            [code(rule.name), grade, finds, fix]
        }),
    )
}

/// The packs that are compiled in, in the order of their names.
fn packs() -> Result<String, String> {
    let mut packs: BTreeMap<String, (Vec<String>, usize)> = BTreeMap::new();
    let catalogue = Catalogue::new(SiteFile::default()).map_err(|error| error.to_string())?;
    for entry in catalogue.entries() {
        let EntrySource::Pack(pack) = &entry.source else { continue };
        let (products, entries) = packs.entry(pack.clone()).or_default();
        let product = entry.about.to_string();
        if !products.contains(&product) {
            products.push(product);
        }
        *entries += 1;
    }
    let row = |(pack, (products, entries)): (String, (Vec<String>, usize))| {
        [code(&pack), products.join("; "), entries.to_string()]
    };
    Ok(table(["pack", "product", "entries"], packs.into_iter().map(row)))
}

/// What the options go with, in words.
fn goes_with(option: Name) -> String {
    match option.goes_with() {
        GoesWith::Any => "any".to_owned(),
        GoesWith::Only(input) => input.as_str().to_owned(),
        GoesWith::Not(input, _) => format!("not {}", input.as_str()),
    }
}

fn options() -> String {
    table(
        ["option", "takes", "with `input=`", "what it does"],
        Name::ALL.map(|option| {
            let [takes, help] = [option.takes(), option.help()].map(str::to_owned);
            [code(&format!("{}=", option.as_str())), takes, goes_with(option), help]
        }),
    )
}

fn stanza(option: Name) -> String {
    format!("iismodcheck-{}-option", option.as_str().replace('_', "-"))
}

fn syntax() -> String {
    let options = Name::ALL.map(|option| format!("(<{}>)?", stanza(option)));
    setting("syntax", &format!("iismodcheck {}", options.join(" ")))
}

fn stanzas() -> String {
    let stanza = |option: Name| {
        let with = match option.goes_with() {
            GoesWith::Any => String::new(),
            _ => format!(" With input={}.", goes_with(option).replace("not ", "event or module, not ")),
        };
        format!(
            "[{}]\nsyntax = {}={}\n{}",
            stanza(option),
            option.as_str(),
            option.syntax(),
            setting("description", &format!("{}{with}", option.help()))
        )
    };
    Name::ALL.map(stanza).join("\n")
}

/// The definition of `iismodcheck_why`: each verdict in a sentence without its full stop.
fn why() -> String {
    let verdict = Column::Verdict.name();
    let cases = Verdict::ALL.map(|known| {
        let mut meaning = known.meaning().to_owned();
        if let Some(first) = meaning.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        format!("{verdict}=\"{known}\", \"{meaning}\"")
    });
    format!("definition = case({}, true(), {verdict})\n", cases.join(", "))
}
