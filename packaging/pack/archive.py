"""The .spl file: a gzip-compressed tar whose bytes depend on its content only."""

import io
import subprocess
import tarfile
from pathlib import Path, PurePosixPath

from .tree import Entry


def _header(name: str, mode: int, epoch: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.mode, info.mtime = mode, epoch
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


def write(top: str, tree: dict[PurePosixPath, Entry], target: Path, epoch: int) -> None:
    """Writes the tree as the one folder `top`: directories 755, executables 755, other files 644, sorted, no owner names."""
    folders = {PurePosixPath(top)}
    for path in tree:
        folders.update((PurePosixPath(top) / path).parents)
    folders.discard(PurePosixPath("."))
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        members = [(folder, None) for folder in folders]
        members += [(PurePosixPath(top) / path, entry) for path, entry in tree.items()]
        for path, entry in sorted(members, key=lambda member: member[0].parts):
            if entry is None:
                info = _header(str(path), 0o755, epoch)
                info.type = tarfile.DIRTYPE
                tar.addfile(info)
            else:
                info = _header(str(path), 0o755 if entry.executable else 0o644, epoch)
                info.size = len(entry.content)
                tar.addfile(info, io.BytesIO(entry.content))
    target.parent.mkdir(parents=True, exist_ok=True)
    # What comes through a pipe has neither name nor time in the gzip header: both would differ between two builds. Its most is 4 % smaller
    # than that of gzip.
    with target.open("wb") as out:
        subprocess.run(["libdeflate-gzip", "-12", "-c"], input=plain.getvalue(), stdout=out, check=True)
