"""What a running search knows: its time, its user, its place, and what it has said so far."""

from dataclasses import dataclass, field


@dataclass
class Context:
    """`instance` is the search head or the peer that the verbs run on."""

    instance: object
    now: float
    earliest: float = 0.0
    latest: float = 0.0
    user: str = "admin"
    app: str = "iismodcheck"
    sid: str = "1.1"
    search: str = ""
    distributed_rows: bool = False
    mixed_numbers_first: bool = True
    seconds: float = 0.0  #: How long it has run.
    messages: list[tuple[str, str]] = field(default_factory=list)

    def say(self, level: str, text: str) -> None:
        """Adds a message to the job; repeats are kept once, as splunkd does."""
        if (level, text) not in self.messages:
            self.messages.append((level, text))
