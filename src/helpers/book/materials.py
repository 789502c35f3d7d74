"""The bill of materials of the software: every package of the lock as CycloneDX, with what asked for it.

It is a function of ``requirements.txt`` alone, so an edition's bytes do not depend on when or where it was
built: the serial number is a hash of the lock, and no time is stated. The hashes of each package's files stay
in the lock, which the installer holds against what it downloads.

References
----------
CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import InvalidRequirement, Requirement

from helpers.errors import InputError

FILE = "sbom.cdx.json"
NAME = "kuaishou-report"
_DIRECT = "-r requirements.in"
_PARENTS = re.compile(r"^ +# +(?:via )?(\S.*)$", re.MULTILINE)


@dataclass(frozen=True)
class LockedPackage:
    """One package of the lock.

    Attributes
    ----------
    name, version : str
    marker : str
        Where it is installed; empty for everywhere.
    parents : tuple of str
        Packages that require it; ``-r requirements.in`` for the project itself.
    """

    name: str
    version: str
    marker: str
    parents: tuple[str, ...]


def read_lock(text: str) -> Iterator[LockedPackage]:
    """Read the packages of a compiled ``requirements.txt``.

    Raises
    ------
    InputError
        For a line that pins no version.
    """
    for block in re.split(r"\n(?=\w)", text.strip()):
        line = block.partition("\\\n")[0].strip()
        try:
            pinned = Requirement(line)
        except InvalidRequirement as error:
            raise InputError(f"requirements.txt: {line!r} is no requirement; run make lock") from error
        version = str(pinned.specifier).removeprefix("==")
        if f"=={version}" != str(pinned.specifier):
            raise InputError(f"requirements.txt: {line!r} must pin one version with ==; run make lock")
        parents = tuple(name for name in _PARENTS.findall(block) if name != "via")
        yield LockedPackage(pinned.name, version, str(pinned.marker or ""), parents)


def write_materials(lock: str) -> str:
    """Return the bill of materials of a lock as CycloneDX JSON.

    Parameters
    ----------
    lock : str
        Text of ``requirements.txt``.
    """
    described = [(package, _describe(package)) for package in read_lock(lock)]
    components = [component for _, component in described]
    report = Component(name=NAME, type=ComponentType.APPLICATION, bom_ref=NAME)
    bom = Bom(components=components, serial_number=uuid.uuid5(uuid.NAMESPACE_OID, lock))
    bom.metadata.component, bom.metadata.timestamp = report, None  # type: ignore[assignment]
    for package, component in described:
        # One name can be locked in several versions, each for its own Pythons.
        parents = [one for one in components if one.name in package.parents]
        for parent in [report, *parents] if _DIRECT in package.parents else parents:
            bom.register_dependency(parent, [component])
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _describe(package: LockedPackage) -> Component:
    marker = [Property(name="python:marker", value=package.marker)] if package.marker else []
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        purl=PackageURL("pypi", name=package.name, version=package.version),
        bom_ref=f"{package.name}@{package.version}",
        properties=marker,
    )
