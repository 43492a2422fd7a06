"""What a scan is, told by its content: whole PDF, PNG and JPEG files that can do nothing."""

import pytest

from planner.domain.errors import BadInput
from planner.domain.scans import LARGEST, type_of

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"0" * 40 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 40 + b"\xff\xd9"
PDF = b"%PDF-1.7\n" + b"0" * 40 + b"\n%%EOF\n"


@pytest.mark.parametrize(("content", "kind"), [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")])
def test_a_scan_is_known_by_its_content(content: bytes, kind: str) -> None:
    assert type_of(content) == kind


@pytest.mark.parametrize("whole", [PDF, PNG, JPEG])
def test_a_file_that_is_cut_off_is_refused(whole: bytes) -> None:
    with pytest.raises(BadInput, match="no whole PDF, PNG or JPEG"):
        type_of(whole[:20])


@pytest.mark.parametrize("word", [b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/OpenAction"])
def test_a_pdf_that_can_do_something_is_refused(word: bytes) -> None:
    with pytest.raises(BadInput, match="no scan needs"):
        type_of(PDF.replace(b"0000", word, 1))


@pytest.mark.parametrize("content", [b"", PDF[:-6] + b"0" * LARGEST + b"%%EOF"])
def test_an_empty_or_endless_file_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput, match="5,242,880"):
        type_of(content)
