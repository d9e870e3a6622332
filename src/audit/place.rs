//! What one place of a server gets, as JSON.

use serde_json::{Map, Value, json};

use crate::server::{Enabled, Server, Trouble, Wanted, Weight};

/// Takes no settings: the modules of a place are a matter of the sections that register code.
pub struct NoSettings;

impl Wanted for NoSettings {
    fn key(&self, _: &str) -> Option<&str> {
        None
    }

    fn has(&self, _: &str, _: &str) -> bool {
        false
    }

    fn has_below(&self, _: &str) -> bool {
        false
    }
}

/// `{"place", "state", "modules", "registered_only", "problems"}`, and what keeps it from being relied on.
#[must_use]
pub fn effective(server: &Server, place: &str) -> (Value, Vec<Trouble>) {
    let effective = server.effective(place);
    let value = json!({
        "place": effective.place,
        "state": effective.state.as_str(),
        "modules": effective.modules.iter().map(module).collect::<Vec<Value>>(),
        "registered_only": effective.registered_only,
        "problems": effective.troubles.iter().map(problem).collect::<Vec<Value>>(),
    });
    let is_loss =
        |trouble: &Trouble| matches!(trouble.code.weight(), Weight::Incomplete | Weight::Unreadable);
    (value, effective.troubles.into_iter().filter(is_loss).collect())
}

fn module(module: &Enabled<'_>) -> Value {
    let mut object = Map::new();
    object.insert("name".to_owned(), json!(module.name));
    object.extend(module.image.map(|image| ("image".to_owned(), json!(image))));
    object.extend(module.type_name.map(|type_name| ("type".to_owned(), json!(type_name))));
    object.insert("file".to_owned(), json!(*module.origin.file));
    object.extend(module.origin.line.map(|line| ("line".to_owned(), json!(line))));
    Value::Object(object)
}

fn problem(trouble: &Trouble) -> Value {
    let mut object = Map::new();
    object.insert("code".to_owned(), json!(trouble.code.as_str()));
    object.insert("file".to_owned(), json!(*trouble.origin.file));
    object.extend(trouble.origin.line.map(|line| ("line".to_owned(), json!(line))));
    object.insert("text".to_owned(), json!(trouble.text));
    Value::Object(object)
}
