"""Splunk's validator, as the harness runs it, refuses broken variants of the shipped dashboard."""

import copy
import json
import unittest

from owncheck.dashboard import definitions
from owncheck.package import Package
from searches.support import Installed
from searchhead.server import Jobs, serve

from .browser import Browser
from .test_browser import PAGE


def _viz(definition):
    return next(v for v in definition["visualizations"].values() if v["type"] == "splunk.table")


class Broken(Installed):
    """Each variant in a page of its own."""

    def test_refused(self):
        definition = next(definitions(Package(self.app, self.app, [], "enterprise")))[1]
        variants = {
            "layout_item": lambda d: d["layout"]["structure"][0].update(item="viz_nope"),
            "viz_type": lambda d: _viz(d).update(type="splunk.nosuchviz"),
            "viz_option": lambda d: _viz(d).update(options={"nosuchOption": True, "count": "abc"}),
        }
        server = serve(Jobs(self.head(), 0.0), str(PAGE))
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        browser = Browser(server.server_address[1], wait=3000)
        for name, change in variants.items():
            with self.subTest(name):
                broken = copy.deepcopy(definition)
                change(broken)
                (PAGE / f"broken_{name}.json").write_text(json.dumps(broken))
                report = browser.open(f"def=broken_{name}.json").report
                self.assertTrue(report["findings"] or report["failure"], report)


