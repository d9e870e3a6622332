"""The one error of this package."""


class PackError(Exception):
    """Something that must be put right before a package may be made; the text says what and where."""
