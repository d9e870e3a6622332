"""An executable in the folder of an app, with the files of a site in its lookups folder."""

import shutil


def app(folder, executable, entries=0, profiles=0, hosts=0):
    """The command of an app in `folder` with an allowlist of so many exact entries and a packs file of so many profiles over so
    many hosts."""
    lookups = folder / "lookups"
    (folder / "bin").mkdir(parents=True)
    lookups.mkdir()
    shutil.copy2(executable, folder / "bin" / "iismodcheck")
    if entries:
        rows = (f"site-{number},Vendor{number}Module,C:\\Program Files\\Vendor {number}\\module.dll,web-team,change {number}"
                for number in range(entries))
        text = "\n".join(["id,name,image,owner,reason", *rows, ""])
        (lookups / "iismodcheck_allowlist.csv").write_text(text)
    if profiles:
        share = max(1, hosts // profiles)
        rows = (f"{'|'.join(f'web{number * share + host:06}' for host in range(share))},exchange,D:\\Windows{number}"
                for number in range(profiles))
        (lookups / "iismodcheck_packs.csv").write_text("\n".join(["host,packs,system_root", *rows, ""]))
    return [str(folder / "bin" / "iismodcheck")]
