"""The record of provenance of the built book is valid by the validator of RO-Crate, without a network."""

from pathlib import Path

import pytest
import requests
import rocrate
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

from helpers import paths
from helpers.book import crate
from helpers.checks import check_provenance

CONTEXT = Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld"


def answer_from_disk(_: HttpRequester, url: str, **__: object) -> requests.Response:
    """The library that writes the record brings the context of its version; nothing else is asked for."""
    response = requests.Response()
    known = url == f"{crate.SPECIFICATION}/context"
    response.status_code, response._content = (200, CONTEXT.read_bytes()) if known else (504, b"")
    response.headers["Content-Type"] = "application/ld+json"
    return response


def test_the_built_record_meets_every_must_of_the_specification(tmp_path, monkeypatch):
    """And it is whole by our own check."""
    monkeypatch.setattr(HttpRequester, "get", answer_from_disk, raising=False)
    book = paths.BUILD / "html"
    if not (book / crate.FILE).is_file():
        pytest.fail("no built book; run `make book` first")
    asked = services.ValidationSettings(
        rocrate_uri=str(book),
        profile_identifier="ro-crate-1.3",
        requirement_severity=models.Severity.REQUIRED,
        offline=True,
        cache_path=tmp_path / "cache",
    )
    found = services.validate(asked)
    assert [] == [issue.message for issue in found.get_issues()]
    assert [] == check_provenance(book)
