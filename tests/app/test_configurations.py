"""What the program says of made configurations is what an oracle of the same rules says, written in another language."""

import json
import random
import subprocess
import tempfile
import unittest
from pathlib import Path
from xml.sax.saxutils import quoteattr

import effective
from packages import package
from test_readme import BINARY

SERVERS = 10_000
SEED = 20261129
PLACES = ("", "Shop", "Shop/api", "Shop/api/v2", "shop/API")
APPLICATIONS = ["Shop", "Shop/api", "Shop/api/v2", "Other"]
NAMES = ["Logging", "Static", "Filter", "static", "Gate", "Cache & more", "Häkchen"]
TYPES = [None, None, "Acme.Gate, Acme.Web", "System.Web.Security.FormsAuthenticationModule"]


def element(tag: str, **attributes: str | None) -> str:
    given = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items() if value is not None)
    return f"<{tag}{given} />"


class Made:
    """One server."""

    def __init__(self, dice: random.Random):
        self.dice = dice
        self.webs = {place: self.web(place) for place in APPLICATIONS[:3] if dice.random() < 0.6}
        self.host = self.server()

    def maybe(self, value: str, chance: float) -> str | None:
        return value if self.dice.random() < chance else None

    def entry(self, is_top: bool) -> str:
        name = self.dice.choice(NAMES)
        kind = self.dice.random()
        if kind < (0.9 if is_top else 0.45):
            lock = self.dice.choice([None, "true", "false", "True"])
            return element("add", name=name, type=self.dice.choice(TYPES), lockItem=lock, preCondition=self.maybe("managedHandler", 0.2))
        if kind < 0.95:
            return element("remove", name=name)
        return "<!-- " + element("add", name="Ghost", type="Ghost") + " -->" if kind < 0.975 else element("clear")

    def section(self, is_top: bool = False) -> str:
        entries = "".join(self.entry(is_top) for _ in range(self.dice.randrange(1, 5)))
        return f"<system.webServer><modules>{entries}</modules></system.webServer>"

    def location(self, path: str) -> str:
        inherit = self.maybe("false", 0.3)
        head = element("location", path=path, inheritInChildApplications=inherit)
        return head.removesuffix(" />") + f">{self.section()}</location>"

    def file(self, body: str) -> str:
        if self.dice.random() < 0.1:
            body += '<!-- <location path="Shop"><system.webServer><modules><clear /></modules></system.webServer></location> -->'
        head = '<?xml version="1.0" encoding="utf-8"?>\n' if self.dice.random() < 0.7 else ""
        return f"{head}<configuration>{body}</configuration>"

    def web(self, place: str) -> str:
        body = ""
        if self.dice.random() < 0.8:
            body += self.section() if self.dice.random() < 0.7 else self.location(".")
        below = [other.removeprefix(place + "/") for other in APPLICATIONS if other.startswith(place + "/")]
        for path in below:
            if self.dice.random() < 0.2:
                body += self.location(self.dice.choice([path, path.upper()]))
        return self.file(body)

    def server(self) -> str:
        sites = (
            '<site name="Shop" id="1"><application path="/" /><application path="/api" /><application path="/api/v2" /></site>'
            '<site name="Other" id="2"><application path="/" /></site>'
        )
        registered = self.dice.sample(NAMES, self.dice.randrange(2, len(NAMES)))
        images = "".join(element("add", name=name, image=f"C:\\R&D\\{number}.dll") for number, name in enumerate(registered))
        body = f"<system.applicationHost><sites>{sites}</sites></system.applicationHost>"
        body += f"<system.webServer><globalModules>{images}</globalModules></system.webServer>"
        names = iter(self.dice.sample(NAMES, len(NAMES)))
        enabled = "".join(element("add", name=next(names), lockItem=self.dice.choice(["true", "false", None])) for _ in range(4))
        section = f"<system.webServer><modules>{enabled}</modules></system.webServer>"
        body += section if self.dice.random() < 0.5 else f'<location path="" overrideMode="Allow">{section}</location>'
        for place in APPLICATIONS[:3]:
            if self.dice.random() < 0.2:
                body += self.location(self.dice.choice([place, place.lower()]))
        return self.file(body)

    def write(self, folder: Path) -> None:
        for place, text in {"": self.host, **self.webs}.items():
            name = "web.config" if place else "applicationHost.config"
            (folder / place).mkdir(parents=True, exist_ok=True)
            encodings = ["utf-8", "utf-8-sig"] if "encoding" in text else ["utf-8", "utf-8-sig", "utf-16"]
            (folder / place / name).write_text(text, encoding=self.dice.choice(encodings))


def same_place(place: str) -> str:
    """The oracle compares the names of files with case."""
    return next((own for own in APPLICATIONS if own.lower() == place.lower()), place)


class Configurations(unittest.TestCase):
    def setUp(self):
        # Thirty thousand small files: not on a disk, where there is room beside it.
        folder = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        subprocess.run(["tar", "-xzf", package("enterprise"), "-C", self.folder], check=True)
        self.program = self.folder / BINARY.removeprefix("etc/apps/")

    def answers(self, estate: Path, place: str) -> dict[str, dict]:
        run = subprocess.run([self.program, "audit", estate, "--effective", place], capture_output=True, check=True)
        self.assertEqual(run.stderr, b"")
        lines = [json.loads(line) for line in run.stdout.splitlines()]
        return {line["host"]: line for line in lines}

    def test_each_place_has_what_the_oracle_says(self):
        dice = random.Random(SEED)
        states = {"complete": 0, "invalid": 0}
        for place in PLACES:
            estate = self.folder / f"estate{PLACES.index(place)}"
            made = {f"h{number}": Made(dice) for number in range(SERVERS // len(PLACES))}
            for name, server in made.items():
                server.write(estate / name)
            answers = self.answers(estate, place)
            self.assertEqual(answers.keys(), made.keys())
            for name, server in made.items():
                asked = same_place(place)
                right = effective.effective(server.host, server.webs, asked, apps=APPLICATIONS)
                answer = answers[name]
                shown = (place, server.host, server.webs)
                found = [(module["name"], module.get("type"), module.get("image")) for module in answer["modules"]]
                self.assertEqual(found, [(m["name"], m["type"] or None, m["image"]) for m in right["modules"]], shown)
                self.assertEqual(answer["registered_only"], right["registered_only"], shown)
                self.assertEqual(answer["state"], "invalid" if right["errors"] else "complete", (shown, right["errors"]))
                if not right["errors"]:
                    dangling = [m["name"] for m in right["modules"] if m["dangling"]]
                    self.assertEqual(len(dangling), len(answer["problems"]), shown)
                    self.assertEqual({p["code"] for p in answer["problems"]}, {"dangling"} if dangling else set(), shown)
                states[answer["state"]] += 1
        # Neither kind is rare, so that each rule was asked about.
        self.assertGreater(min(states.values()), SERVERS // 10, states)


if __name__ == "__main__":
    unittest.main()
