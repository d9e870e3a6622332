//! What a glob is written in.

/// One element of a glob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// This character.
    Literal(char),
    /// `?`: any one character within a component.
    One,
    /// `*`: any run within a component.
    Run,
    /// `**` beside other text: any run at all.
    RunAcross,
    /// `**` between two separators: may vanish together with the second one.
    Components,
}
