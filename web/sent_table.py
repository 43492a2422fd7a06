"""A file that a form sends: read once when it is chosen, then carried by the page until it is confirmed."""

import base64
import binascii
import zlib
from typing import Final

from flask import request

from planner.domain.errors import BadInput
from planner.intake.sheet import MAX_BYTES, decode_text
from planner.intake.workbook import is_workbook
from web.forms import Form
from web.i18n import gettext as _

LONGEST_NAME: Final = 80


def sent_table(form: Form, encoding: str = "") -> tuple[str, bytes]:
    """Return the name and the bytes of what was chosen, pasted, or carried from the page before, in this order.

    Text comes back as UTF-8 and stands in the form's field `table`; a workbook stands packed in `kept`.

    Raises
    ------
    BadInput
        If nothing was sent, or text that cannot be decoded.
    """
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        # The name is for the complaints alone; nothing is stored under it.
        name = sent.filename.rsplit("/", 1)[-1].rsplit("\\", 1)[-1][:LONGEST_NAME]
        form.values["name"] = name
        content = sent.read()
        if is_workbook(content):
            form.values["kept"] = base64.b64encode(zlib.compress(content)).decode()
            return name, content
        form.values["table"] = decode_text(name, content, encoding)
        return name, form.values["table"].encode()
    name = form.values.get("name", "")[:LONGEST_NAME] or _("the table")
    if form.values.get("kept"):
        return name, _unpack(name, form.values["kept"])
    text = form.values.get("table", "").replace("\r\n", "\n")
    if not text.strip():
        raise BadInput(_("Choose a file or paste a table."))
    form.values["table"] = text
    return name, text.encode()


def _unpack(name: str, kept: str) -> bytes:
    try:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(base64.b64decode(kept, validate=True), MAX_BYTES)
    except (binascii.Error, ValueError, zlib.error) as cause:
        raise BadInput(_("%(name)s did not come back whole. Choose the file again.", name=name)) from cause
    if unpacking.unconsumed_tail:
        raise BadInput(_("%(name)s is too large. Choose the file again.", name=name))
    return content
