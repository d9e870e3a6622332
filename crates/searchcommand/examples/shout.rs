//! `| shout field=<name>`: a whole search command. It writes the values of a field in capitals to the field `loud`.
//!
//! In `commands.conf`:
//!
//! ```text
//! [shout]
//! filename = shout
//! chunked = true
//! ```

use std::io;
use std::process::ExitCode;

use searchcommand::{
    Cells, Fatal, Input, Messages, Output, Plan, Record, RunsOn, SearchInfo, StreamingCommand,
    print_panics_in_one_line, serve,
};

#[derive(Default)]
struct Shout {
    /// Rows without a value.
    silent: u64,
}

impl StreamingCommand for Shout {
    fn setup(&mut self, search: &SearchInfo) -> Result<Plan, Fatal> {
        let mut field = None;
        for (name, value) in search.arguments.options() {
            match name {
                "field" => field = Some(value.to_owned()),
                other => return Err(Fatal::new(format!("there is no option {other}="))),
            }
        }
        let field =
            field.ok_or_else(|| Fatal::new("no field is named").with_hint("add field=<name of a field>"))?;
        Ok(Plan {
            runs_on: RunsOn::Distributed,
            inputs: vec![Input { name: field, multivalue: true }],
            all_fields: false,
            outputs: vec![Output { name: "loud".to_owned(), multivalue: true }],
        })
    }

    fn record(&mut self, record: &Record<'_>, cells: &mut Cells) -> Result<(), Fatal> {
        let values: Vec<Vec<u8>> = record.values(0).map(<[u8]>::to_ascii_uppercase).collect();
        self.silent += u64::from(values.is_empty());
        cells.set_values(0, values.iter().map(Vec::as_slice));
        Ok(())
    }

    fn finish(&mut self, messages: &mut Messages) {
        if self.silent > 0 {
            messages.warn(format!("shout: {} rows had nothing to shout", self.silent));
        }
    }
}

fn main() -> ExitCode {
    print_panics_in_one_line();
    match serve(io::stdin().lock(), io::stdout().lock(), &mut Shout::default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // splunkd logs each line of standard error.
            let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("shout: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use searchcommand::testing::{Event, Splunkd};

    use super::*;

    #[test]
    fn values_are_shouted_and_silence_is_told() {
        let mut splunkd = Splunkd::run(Shout::default());
        assert_eq!(splunkd.getinfo(&["field=word"]).required_fields(), Some(vec!["word".to_owned()]));
        let events = [
            Event::new(&[("word", "hi"), ("host", "web01")]),
            Event::default().with("word", &[b"so", b"what"]),
            Event::new(&[("host", "web02")]),
        ];
        let merged = splunkd.execute(&events, true);
        let loud: Vec<String> = merged.events.iter().map(|event| event.text("loud")).collect();
        assert_eq!(loud, ["HI", "SO\nWHAT", ""]);
        assert_eq!(merged.events[0].text("host"), "web01");
        assert_eq!(
            merged.reply.messages(),
            [("WARN".to_owned(), "shout: 1 rows had nothing to shout".to_owned())]
        );
        assert!(splunkd.hang_up().success);
    }

    #[test]
    fn a_search_that_names_no_field_is_refused() {
        for (arguments, error) in [
            (&[][..], "no field is named; add field=<name of a field>"),
            (&["feild=word"][..], "there is no option feild="),
        ] {
            let mut splunkd = Splunkd::run(Shout::default());
            assert_eq!(splunkd.getinfo(arguments).error(), Some(error));
            assert!(splunkd.hang_up().success);
        }
    }
}
