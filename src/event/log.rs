//! The log that an event comes from, by its provider and channel.

use super::parts::{Part, Parts};

/// Whether an event comes from the IIS configuration's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Log {
    Iis,
    Other,
    Unknown,
}

/// The log that a whole event names.
pub(super) fn of_parts(parts: &Parts<'_>) -> Log {
    read(parts.get(Part::Provider), parts.get(Part::Channel))
}

/// Judges provider and channel. A collector's log (`ForwardedEvents`) says nothing about the event.
pub(super) fn read(provider: &[u8], channel: &[u8]) -> Log {
    const PROVIDER: &[u8] = b"Microsoft-Windows-IIS-Configuration";
    // What Event Viewer shows of it.
    const SHORT: &[u8] = b"IIS-Configuration";
    // Some write `%4` for the slash behind it, as in the name of the log's file, or leave out what follows.
    const CHANNEL: &[u8] = b"Microsoft-IIS-Configuration";
    // As Windows writes it.
    if provider == PROVIDER {
        return Log::Iis;
    }
    let (provider, channel) = (bare(provider), bare(channel));
    let begins = |name: &[u8], known: &[u8]| {
        name.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known))
            && !name.get(known.len()).is_some_and(u8::is_ascii_alphanumeric)
    };
    let is_of = |name| begins(name, CHANNEL) || begins(name, PROVIDER);
    if provider.eq_ignore_ascii_case(SHORT) || is_of(provider) || is_of(channel) {
        Log::Iis
    } else if provider.is_empty() && (channel.is_empty() || channel.eq_ignore_ascii_case(b"ForwardedEvents"))
    {
        Log::Unknown
    } else {
        Log::Other
    }
}

/// A name without blanks and quotes around it.
fn bare(name: &[u8]) -> &[u8] {
    let name = name.trim_ascii();
    let inside = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\""));
    inside.map_or(name, <[u8]>::trim_ascii)
}
