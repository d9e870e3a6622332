"""The two ways a search can end without a result."""


class SearchError(Exception):
    """What a user of Splunk would read in the search bar; `messages` holds what the command said before it failed."""

    def __init__(self, text: str, messages=()):
        super().__init__(text)
        self.messages = list(messages)


class Unsupported(Exception):
    """The search uses something that this test tool does not implement, so that it cannot say what Splunk would do.

    Never caught inside the tool: a verb, function or option that is passed over silently would make a test lie.
    """
