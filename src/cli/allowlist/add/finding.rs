//! The entry that a finding of a scan asks for.

use std::path::Path;

use serde_json::Value;

use crate::allowlist::Column;
use crate::cli::knowledge;
use crate::detect::{Severity, Verdict};

/// What an entry is made of, and what it silences.
pub(super) struct Finding {
    /// Name, kind and image (or type), for the host that it was seen on.
    pub cells: Vec<(Column, String)>,
    /// Verdict and severity, as a person reads them: `image_hijack, critical`.
    pub silences: String,
    /// The severity is high or critical: what is silenced is no matter of routine.
    pub grave: bool,
}

/// Looks a finding up by its id.
pub(super) fn find(id: &str, from: &Path) -> Result<Finding, String> {
    let (bytes, name) = knowledge::named(from)?;
    let document: Value = serde_json::from_slice(&bytes)
        .map_err(|error| format!("{name}: not the output of `scan --format json`: {error}"))?;
    let findings = document
        .get("findings")
        .and_then(Value::as_array)
        .ok_or_else(|| format!("{name}: not the output of `scan --format json`: it has no `findings`"))?;
    let found = findings
        .iter()
        .find(|finding| text(finding, "iis_finding_id") == id)
        .ok_or_else(|| format!("{name}: there is no finding {id}; its findings: {}", ids(findings)))?;
    let (verdict, severity) = (text(found, "iis_module_verdict"), text(found, "iis_module_severity"));
    let refused = |why: &str| Err(format!("{name}: finding {id} {why}"));
    if verdict == Verdict::Unparsed.as_str() {
        return refused(
            "is an event that cannot be read (unparsed), so that no module is known to be allowed: look at the event on \
             the host, or in an inventory, and give what you find there with --name and --image",
        );
    }
    let (module, image) = (text(found, "iis_module_name"), text(found, "iis_module_image"));
    if module.is_empty() {
        return refused(
            "names no module (the whole list was cleared or written): there is nothing that an entry could allow",
        );
    }
    let type_name = if image.is_empty() { text(found, "iis_module_type") } else { "" };
    let removed = text(found, "iis_module_action") == "removed";
    if image.is_empty() && type_name.is_empty() && !removed {
        return refused(
            "shows no image and no type, so an entry for it would allow any DLL under this name. \
             Find the image (XML-rendered events or an inventory show it) and give it with --name and --image, or \
             accept the name alone with --name and --match name",
        );
    }
    let cells = [
        (Column::Kind, text(found, "iis_module_kind")),
        (Column::Name, module),
        (Column::Image, image),
        (Column::Type, type_name),
        (Column::Action, if removed { "removed" } else { "" }),
        (Column::Host, text(found, "iis_host")),
    ];
    Ok(Finding {
        cells: cells.map(|(column, value)| (column, value.to_owned())).to_vec(),
        silences: format!("{verdict}, {severity}"),
        grave: severity.parse::<Severity>().is_ok_and(|severity| severity >= Severity::High),
    })
}

fn text<'v>(finding: &'v Value, key: &str) -> &'v str {
    finding.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn ids(findings: &[Value]) -> String {
    let ids: Vec<&str> =
        findings.iter().filter_map(|finding| finding.get("iis_finding_id").and_then(Value::as_str)).collect();
    if ids.is_empty() { "none has an id (use --level change)".to_owned() } else { ids.join(", ") }
}
