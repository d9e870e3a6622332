"""A shipped dashboard, drawn: its definition as it is in the package, served over a small estate."""

import json

from owncheck.dashboard import definitions
from owncheck.package import Package
from packages import ROOT
from searches.support import Installed
from searchhead.server import Jobs, serve

from . import estate
from .browser import Browser

PAGE = ROOT / "target" / "tools" / "dashboard" / "page"


class Drawn(Installed):
    """One server for each test."""

    view = "iismodcheck.xml"

    def setUp(self):
        super().setUp()
        self.allowlist().write_text(estate.allowlist())
        self.definition = dict(definitions(Package(self.app, self.app, [], "enterprise")))[self.view]
        (PAGE / "dashboard.json").write_text(json.dumps(self.definition))
        self.hold(estate.events())

    def hold(self, events: list, **options) -> None:
        """Serves the dashboard over these events."""
        self.jobs = Jobs(self.head(extra=events, **options), estate.NOW)
        server = serve(self.jobs, str(PAGE))
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.browser = Browser(server.server_address[1])

    def valid(self, page) -> None:
        """Splunk's validator found nothing, and no search of the page failed."""
        self.assertEqual({key: value for key, value in page.report.items() if value and key not in ("also", "opened")}, {})
        self.assertEqual([(job["label"], job["error"]) for job in self.jobs.log if job["error"]], [])
