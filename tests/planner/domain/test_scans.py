"""What a scan is, told by its content: whole PDF, PNG and JPEG files that can do nothing."""

import zlib
from time import process_time

import pytest

from planner.domain.errors import BadInput
from planner.domain.scans import LARGEST, LARGEST_UNPACKED, type_of

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


def packed(inside: bytes) -> bytes:
    """Return a PDF whose objects lie in a packed stream, as most programs write them."""
    return PDF.replace(b"0000", b"5 0 obj<</Type/ObjStm>>stream\r\n" + zlib.compress(inside) + b"\nendstream endobj", 1)


@pytest.mark.parametrize("word", [b"/JavaScript", b"/J#61vaScript", b"/OpenAction", b"/#4aS"])
def test_what_is_packed_or_written_in_escapes_is_found(word: bytes) -> None:
    for made in (packed(b"1 0 <<" + word + b" (app.alert)>>"), PDF.replace(b"0000", word + b" ", 1)):
        with pytest.raises(BadInput, match="no scan needs"):
            type_of(made)


def test_an_encrypted_pdf_is_refused_with_the_way_out() -> None:
    with pytest.raises(BadInput, match=r"encrypted.*Print it to a plain one"):
        type_of(PDF.replace(b"0000", b"/Encrypt 9 0 R", 1))


def test_a_pdf_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(BadInput, match="unpacks to more"):
        type_of(packed(b"0" * (LARGEST_UNPACKED + 1)))


def test_what_only_begins_like_such_a_word_is_no_such_word() -> None:
    assert type_of(PDF.replace(b"0000", b"5 0 obj<</Filter/DCTDecode>>stream\n\xff\x00/JS \x01/AA endstream endobj", 1))
    assert type_of(packed(b"/AAAB+Font /JSON /EncryptMetadataX")) == "application/pdf"


def test_a_file_made_to_take_long_takes_no_longer() -> None:
    began = process_time()
    for word in (b"obj ", b"stream ", b"endstream ", b"5 0 obj stream\n"):
        type_of(b"%PDF-1.7\n" + word * (4_000_000 // len(word)) + b"\n%%EOF\n")
    assert process_time() - began < 5
