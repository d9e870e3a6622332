//! The vocabulary of IIS configuration: what a configuration path names, what changed, and how a module's
//! image path and type are brought to one form for comparison.
//!
//! Knows nothing of events, allowlists or verdicts. No I/O, no clock.

pub mod change;
pub mod clock;
pub mod config_path;
pub mod file_facts;
pub mod fold;
pub mod image;
pub mod managed_type;
pub mod module;
pub mod precondition;
pub mod registration;
pub mod roots;
pub mod script_processor;
pub mod setting;
pub mod shown;
pub mod spelling;
pub mod subject;
pub mod version;

pub use change::{ConfigChange, Operation, ValueSource};
pub use clock::{Clock, Lag};
pub use file_facts::FileFacts;
pub use image::{Image, ImageFlags, Oddity, Place, Suspicion};
pub use managed_type::{ManagedType, TypeMatch};
pub use module::{Action, Class, Element, Kind, Section};
pub use registration::{ListOperation, Registration};
pub use roots::{Roots, RootsError};
pub use setting::{Secret, Setting};
pub use subject::{Level, Subject};
