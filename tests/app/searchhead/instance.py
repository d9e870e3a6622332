"""A search head or a search peer: the apps in its folder, who may see what, and where a command's executable lies."""

from pathlib import Path

from .conf import boolean, layered, parsed
from .errors import SearchError, Unsupported
from .lookup import Lookup

#: Roles that Splunk ships; only those with `admin_all_objects` pass every access list.
_ROLES = {"admin": ("power", "user"), "sc_admin": ("power", "user"), "power": ("user",), "user": ()}
_ALL_OBJECTS = {"admin", "sc_admin"}
#: Platform of the host -> the directory that is searched before bin/ (commands.conf.spec). ARM has none.
PLATFORMS = {"linux_x86_64": "linux_x86_64", "windows_x86_64": "windows_x86_64", "linux_aarch64": None}
_COMMAND_KEYS = {"chunked", "filename", "is_risky", "maxwait", "maxchunksize", "run_in_preview", "python.version", "disabled"}
_SUFFIXES = (".py", ".pl", ".exe", ".bat", ".cmd", ".sh", ".js", "")


class App:
    """One app folder."""

    def __init__(self, path: Path):
        self.path, self.name = path, path.name

    def stanzas(self, conf: str) -> dict[str, dict[str, str]]:
        """The enabled stanzas of one conf file, local over default."""
        return {k: v for k, v in layered(self.path, conf).items() if not boolean(v.get("disabled"), False) or conf == "savedsearches"}

    def access(self, kind: str, name: str) -> dict[str, str]:
        """Keys of metadata for one object: [] under [kind] under [kind/name], local over default."""
        merged: dict[str, dict[str, str]] = {}
        for file in ("default.meta", "local.meta"):
            path = self.path / "metadata" / file
            if path.is_file():
                for stanza, keys in parsed(path.read_text(), str(path)).items():
                    merged.setdefault(stanza, {}).update(keys)
        return {**merged.get("", {}), **merged.get(kind, {}), **merged.get(f"{kind}/{name}", {})}


def _allowed(access: str, right: str, roles: set[str]) -> bool:
    """`access = read : [ * ], write : [ admin ]`: whether one of the roles has the right."""
    for part in access.split("],"):
        name, _, listed = part.partition(":")
        if name.strip() == right:
            named = {word.strip() for word in listed.strip(" []").split(",")}
            return "*" in named or bool(named & roles)
    return False


class Instance:
    """`apps` is an etc/apps folder (or the apps folder of a knowledge bundle)."""

    def __init__(self, apps: Path, platform: str = "linux_x86_64", users: dict[str, tuple[str, ...]] | None = None):
        if platform not in PLATFORMS:
            raise Unsupported(f"platform {platform}")
        self.apps_folder, self.platform = apps, platform
        self.apps = {path.name: App(path) for path in sorted(apps.iterdir()) if path.is_dir()}
        self.users = users or {"admin": ("admin",)}

    def roles(self, user: str) -> set[str]:
        """The user's roles with those that they import, from authorize.conf too."""
        known = dict(_ROLES)
        for app in self.apps.values():
            for stanza, keys in app.stanzas("authorize").items():
                if stanza.startswith("role_"):
                    known[stanza[5:]] = tuple(w.strip() for w in keys.get("importRoles", "").split(";") if w.strip())
        found, pending = set(), list(self.users[user])
        while pending:
            role = pending.pop()
            if role not in known:
                raise SearchError(f"user {user} has the unknown role {role}")
            if role not in found:
                found.add(role)
                pending += known[role]
        return found

    def may(self, app: App, kind: str, name: str, right: str, context) -> bool:
        """Whether the user of the search has a right on an object."""
        roles = self.roles(context.user)
        access = app.access(kind, name).get("access", "read : [ * ], write : [ admin ]")
        return bool(roles & _ALL_OBJECTS) or _allowed(access, right, roles)

    def visible(self, kind: str, conf: str, name: str, context) -> tuple[App, dict[str, str]] | None:
        """The stanza that this user sees from this app: the app's own first, then exported ones."""
        apps = sorted(self.apps.values(), key=lambda app: (app.name != context.app, app.name))
        for app in apps:
            stanza = app.stanzas(conf).get(name)
            if stanza is None or not self.may(app, kind, name, "read", context):
                continue
            if app.name == context.app or app.access(kind, name).get("export", "none") == "system":
                return app, stanza
        return None

    def setting(self, conf: str, stanza: str, key: str) -> str | None:
        """A setting that is not an object and so belongs to no app: whichever app has it."""
        found = [app.stanzas(conf).get(stanza, {}).get(key) for app in self.apps.values()]
        return next((value for value in found if value is not None), None)

    def macro(self, name: str, context) -> dict[str, str] | None:
        """The stanza of a macro, or None."""
        found = self.visible("macros", "macros", name, context)
        return found[1] if found else None

    def executable(self, name: str, context) -> tuple[Path, list[str]] | None:
        """The file and the arguments of a chunked search command, or None when no such command is visible."""
        found = self.visible("commands", "commands", name, context)
        if found is None:
            return None
        app, stanza = found
        unknown = {key for key in stanza if key not in _COMMAND_KEYS and not key.startswith("command.arg.")}
        if unknown or not boolean(stanza.get("chunked"), False):
            raise Unsupported(f"commands.conf [{name}]: {', '.join(sorted(unknown)) or 'not chunked'}")
        numbered = {int(k[12:]): v for k, v in stanza.items() if k.startswith("command.arg.")}
        names = [stanza["filename"]] if "filename" in stanza else [name + suffix for suffix in _SUFFIXES]
        for folder in filter(None, (PLATFORMS[self.platform], ".")):
            for file in names:
                path = app.path / folder / "bin" / file
                if path.is_file():
                    return path, [numbered[key] for key in sorted(numbered)]
        raise SearchError(f"Error in '{name}' command: Cannot find program '{stanza.get('filename', name)}' or script '{names[0]}'.")

    def lookup(self, name: str, context, write: bool = False) -> Lookup:
        """A lookup by its definition in transforms.conf, or by its file name."""
        found = self.visible("transforms", "transforms", name, context)
        if found is None:
            if not name.endswith(".csv"):
                raise SearchError(f"The lookup table '{name}' does not exist or is not available.")
            app, definition = self.apps[context.app], {"filename": name}
        else:
            app, definition = found
        if "filename" not in definition:
            raise Unsupported(f"lookup {name}: not a CSV file")
        # The right on the file counts; while it does not exist, the right to make one in the app does. Writing asks for it
        # only where both files say so (limits.conf.spec, transforms.conf.spec): by default anyone may write.
        right = "write" if write else "read"
        asked = not write or (
            boolean(definition.get("check_permission"), False)
            and boolean(self.setting("limits", "outputlookup", "outputlookup_check_permission"), False)
        )
        if asked and not self.may(app, "lookups", definition["filename"], right, context):
            raise SearchError(f"The lookup table '{name}' does not exist or is not available: no {right} permission.")
        return Lookup(name, app.path / "lookups" / definition["filename"], definition)

    def saved_search(self, name: str, app: str) -> dict[str, str]:
        """The keys of one saved search."""
        stanzas = self.apps[app].stanzas("savedsearches")
        if name not in stanzas:
            raise SearchError(f"Unable to find saved search named '{name}'.")
        return stanzas[name]


