"""What this process may use of the machine: cores, memory, disk. Containers give less than all."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

if sys.platform != "win32":
    import resource

_CGROUP = Path("/sys/fs/cgroup")
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gpfs"}
)


def usable_cores() -> int:
    """Number of cores this process may run on: its affinity, and its container's share (≥ 1)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota, _, period = _read(_CGROUP / "cpu.max").partition(" ")
    if quota.isdigit() and period.isdigit() and int(period):
        cores = min(cores or 1, max(1, int(quota) // int(period)))
    return cores or 1


def processor_name(device: str = "cpu") -> str:
    """Name of the processor that `device` (as `--device`) is; empty where the system does not say."""
    if device.startswith("cuda"):
        cards = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
        number = device.partition(":")[2]
        at = int(number) if number.isdigit() else 0
        return _named("Model", cards[at]) if at < len(cards) else ""
    return _named("model name", Path("/proc/cpuinfo")) or platform.processor()


def _named(field: str, path: Path) -> str:
    """Return what a file of `field: value` lines says of a field, the first time."""
    for line in _read(path).splitlines():
        name, _, value = line.partition(":")
        if name.strip() == field:
            return value.strip()
    return ""


def usable_memory() -> int:
    """Bytes of memory this process may use: the machine's, or its container's limit; 0: unknown."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
    limit = _read(_CGROUP / "memory.max")
    return min(memory, int(limit)) if limit.isdigit() else memory


def peak_memory() -> int:
    """Return the most memory that this process has held, in bytes; 0: unknown."""
    _, found, after = _read(Path("/proc/self/status")).partition("VmHWM:")
    if found:
        return int(after.split()[0]) * 1024
    if sys.platform == "win32":
        return 0
    # Kilobytes, on macOS bytes. On Linux it starts at the peak of the process that forked this one.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def free_disk(path: Path) -> int:
    """Bytes free where `path` lies, or would lie."""
    return shutil.disk_usage(_existing(path)).free


def filesystem(path: Path) -> str:
    """Kind of the file system that `path` lies on (`ext4`, `nfs4`, …); empty where not known."""
    here = _existing(path).resolve()
    best, kind = -1, ""
    for line in _read(Path("/proc/mounts")).splitlines():
        fields = line.split(" ")
        mount = fields[1].encode().decode("unicode_escape")
        if here.is_relative_to(mount) and len(mount) >= best:
            best, kind = len(mount), fields[2]
    return kind


def is_network(kind: str) -> bool:
    """Say whether a kind of file system lies on another machine.

    >>> is_network("nfs4"), is_network("fuse.sshfs"), is_network("ext4")
    (True, True, False)
    """
    return kind in _NETWORK or kind.startswith("fuse.")


def _existing(path: Path) -> Path:
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
