//! searchcommand
