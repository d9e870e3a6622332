//! Small commands that show what the crate does.

use searchcommand::{
    Cells, Fatal, Input, Messages, Output, Plan, Record, RunsOn, SearchInfo, StreamingCommand,
};

type OnRecord = Box<dyn FnMut(&Record<'_>, &mut Cells) -> Result<(), Fatal> + Send>;
type OnFinish = Box<dyn FnMut(&mut Messages) + Send>;

/// A command made of a plan and closures.
pub struct Scripted {
    pub plan: Plan,
    pub on_record: OnRecord,
    pub on_finish: OnFinish,
}

impl Scripted {
    pub fn new(
        plan: Plan,
        on_record: impl FnMut(&Record<'_>, &mut Cells) -> Result<(), Fatal> + Send + 'static,
    ) -> Self {
        Self { plan, on_record: Box::new(on_record), on_finish: Box::new(|_| {}) }
    }

    pub fn finishing(mut self, on_finish: impl FnMut(&mut Messages) + Send + 'static) -> Self {
        self.on_finish = Box::new(on_finish);
        self
    }
}

impl StreamingCommand for Scripted {
    fn setup(&mut self, search: &SearchInfo) -> Result<Plan, Fatal> {
        match search.arguments.words().next() {
            None => Ok(self.plan.clone()),
            Some("panic") => panic!("asked to"),
            Some(word) => Err(Fatal::new(format!("unexpected argument \"{word}\""))),
        }
    }

    fn record(&mut self, record: &Record<'_>, cells: &mut Cells) -> Result<(), Fatal> {
        (self.on_record)(record, cells)
    }

    fn finish(&mut self, messages: &mut Messages) {
        (self.on_finish)(messages);
    }
}

/// A plan; a name that ends in `*` is multi-value.
pub fn plan(inputs: &[&str], outputs: &[&str]) -> Plan {
    let split = |name: &str| (name.trim_end_matches('*').to_owned(), name.ends_with('*'));
    let inputs = inputs.iter().map(|name| split(name)).map(|(name, multivalue)| Input { name, multivalue });
    let outputs =
        outputs.iter().map(|name| split(name)).map(|(name, multivalue)| Output { name, multivalue });
    Plan {
        runs_on: RunsOn::SearchHead,
        inputs: inputs.collect(),
        all_fields: false,
        outputs: outputs.collect(),
    }
}

/// Writes the length of `word` to `length`, and its values in reverse order to `reversed`.
pub fn measure() -> Scripted {
    Scripted::new(plan(&["word*"], &["length", "reversed*"]), |record, cells| {
        let values: Vec<_> = record.values(0).collect();
        if !values.is_empty() {
            cells.set(0, record.cell(0).len().to_string().as_bytes());
            cells.set_values(1, values.into_iter().rev());
        }
        Ok(())
    })
}
