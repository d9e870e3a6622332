"""The REST calls that a dashboard's front end makes of splunkd, on 127.0.0.1, answered by the mini search head.

    POST /services/search/jobs                              create a job: `search`, `earliest_time`, `latest_time`
    GET  /services/search/jobs?id=SID                       its state
    GET, POST /services/search/v2/jobs/SID/results_preview  its rows, as columns; `search=` post-processes them
    POST /services/search/jobs/SID/control                  keep-alive

Everything else is a file of the page's folder.
"""

import functools
import http.server
import json
import re
import threading
import urllib.parse

from .errors import SearchError, Unsupported
from .timetext import strftime
from .values import Table, items


class Jobs:
    """The jobs of one server; `log` holds (label, search, error or None, rows) for the tests."""

    def __init__(self, head, now: float, app: str = "iismodcheck", user: str = "admin"):
        self.head, self.now, self.app, self.user = head, now, app, user
        self.lock = threading.Lock()
        self.jobs: dict[str, dict] = {}
        self.log: list[dict] = []

    def create(self, form: dict[str, str]) -> str:
        """Runs a search to its end; an identical one is run once."""
        key = json.dumps([form.get("search"), form.get("earliest_time"), form.get("latest_time")])
        with self.lock:
            sid = next((sid for sid, job in self.jobs.items() if job["key"] == key), None)
            if sid is None:
                sid = f"searchhead_{len(self.jobs)}"
                self.jobs[sid] = {"key": key, **self._run(form)}
            return sid

    def _run(self, form: dict[str, str]) -> dict:
        entry = {"label": form.get("label", ""), "search": form["search"], "error": None, "rows": []}
        window = {"earliest": form.get("earliest_time") or "0", "latest": form.get("latest_time") or "now"}
        table, messages = self._search(form["search"], window, entry)
        return {"entry": entry, "table": table, "messages": messages, "window": window}

    def _search(self, source: str, window: dict, entry: dict, base: Table | None = None) -> tuple[Table, list[dict]]:
        """Runs one search and notes what became of it."""
        table, messages = Table([]), []
        try:
            found = self.head.run(source, now=self.now, app=self.app, user=self.user, base=base, **window)
            table, entry["rows"] = found.table, found.rows
            messages = [{"type": level, "text": text} for level, text in found.messages]
        except (SearchError, Unsupported) as error:
            entry["error"] = f"{type(error).__name__}: {error}"
            messages = [{"type": "FATAL", "text": str(error)}]
        self.log.append(entry)
        return table, messages

    def states(self, sids: list[str]) -> dict:
        """Jobs' states as the front end polls them."""
        return {"entry": [entry for sid in sids for entry in self.status(sid)["entry"]]}

    def status(self, sid: str) -> dict:
        """A job's state."""
        job = self.jobs[sid]
        count, failed = len(job["entry"]["rows"]), job["entry"]["error"] is not None
        content = {
            "sid": sid,
            "dispatchState": "FAILED" if failed else "DONE",
            "isDone": True,
            "isFailed": failed,
            "isFinalized": False,
            "isPaused": False,
            "isPreviewEnabled": True,
            "resultCount": count,
            "resultPreviewCount": count,
            "eventCount": count,
            "scanCount": count,
            "doneProgress": 1,
            "runDuration": 0.1,
            "statusBuckets": 0,
            "messages": job["messages"],
            "reportSearch": "stats count",
            "eventIsTruncated": False,
        }
        return {"entry": [{"name": sid, "id": sid, "content": content}]}

    def results(self, sid: str, offset: int, count: int, post: str = "") -> dict:
        """A job's rows as columns; a multi-value cell is a list, a missing one null.

        `post` is the post-process search of a chained data source.
        """
        job = self.jobs[sid]
        table, messages = job["table"], job["messages"]
        if post.strip():
            with self.lock:
                if post not in job.setdefault("post", {}):
                    entry = {"label": "post-process", "search": post, "error": None, "rows": []}
                    job["post"][post] = self._search(post, job["window"], entry, table)
                table, messages = job["post"][post]
        rows = table.rows[offset : offset + count if count else None]
        shown = [name for name in table.columns() if not name.startswith("_") or name in ("_time", "_raw")]
        columns = [[self._cell(name, row.get(name)) for row in rows] for name in shown]
        return {
            "fields": [{"name": name} for name in shown],
            "columns": columns,
            "preview": False,
            "init_offset": offset,
            "messages": messages,
        }

    @staticmethod
    def _cell(name: str, value):
        if value is None:
            return None
        if name == "_time":
            return strftime(float(value), "%Y-%m-%dT%H:%M:%S.%3N+00:00")
        found = items(value)
        return found if len(found) > 1 else found[0]


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *arguments, jobs: Jobs, **keywords):
        self.jobs = jobs
        super().__init__(*arguments, **keywords)

    def log_message(self, *arguments):
        """Silent."""

    def _send(self, value, code: int = 200) -> None:
        content = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _api(self, method: str) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        form = {k: v[0] for k, v in urllib.parse.parse_qs(self.rfile.read(size).decode()).items()} if size else {}
        url = urllib.parse.urlparse(self.path)
        query = {k: v[0] for k, v in urllib.parse.parse_qs(url.query).items()}
        if url.path.endswith("/jobs"):
            if method == "POST":
                self._send({"sid": self.jobs.create(form)}, 201)
            else:
                self._send(self.jobs.states(urllib.parse.parse_qs(url.query).get("id", [])))
            return
        if url.path.endswith("/authentication/current-context"):
            self._send({"entry": [{"name": "context", "content": {"username": self.jobs.user, "roles": [], "capabilities": [], "tz": "UTC"}}]})
            return
        match = re.search(r"/jobs/([^/]+)(?:/(\w+))?\Z", url.path)
        if not match:
            self._send({"entry": []})
        elif match[2] in ("results", "results_preview", "events"):
            # Asked for by POST when there is a post-process search.
            query |= form
            try:
                offset, count = int(query.get("offset", 0)), int(query.get("count", 0))
            except ValueError:
                self._send({"messages": [{"type": "ERROR", "text": "offset and count must be numbers"}]}, 400)
                return
            self._send(self.jobs.results(match[1], offset, count, query.get("search", "")))
        else:
            self._send(self.jobs.status(match[1]))

    def _is_api(self) -> bool:
        return "/services" in self.path or "/splunkd" in self.path or self.path.startswith("/en-US")

    def do_GET(self):
        """A REST call or a file."""
        return self._api("GET") if self._is_api() else super().do_GET()

    def do_POST(self):
        """A REST call."""
        self._api("POST")

    def do_DELETE(self):
        """A REST call."""
        self._api("DELETE")


def serve(jobs: Jobs, folder: str) -> http.server.ThreadingHTTPServer:
    """Starts the server on a free port of 127.0.0.1; `shutdown()` ends it."""
    handler = functools.partial(_Handler, jobs=jobs, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
