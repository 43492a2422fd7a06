"""The reader's language and theme, kept in two cookies that say nothing else."""

from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from web.frame import LANGUAGE_COOKIE, THEME_COOKIE, THEMES
from web.i18n import LANGUAGES
from web.rights import Right, needs

page = Blueprint("preferences", __name__)
YEAR_S: Final = 365 * 24 * 3600


@page.post("/preferences")
@needs(Right.OPEN)
def choose() -> Response:
    """Keep the choice and go back to where it was made."""
    answer = redirect(inside(request.form.get("back", "/")), 303)
    for name, cookie, choices in (("language", LANGUAGE_COOKIE, LANGUAGES), ("theme", THEME_COOKIE, THEMES)):
        wanted = request.form.get(name)
        if wanted in choices:
            answer.set_cookie(cookie, wanted, max_age=YEAR_S, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


def inside(address: str) -> str:
    """Return an address of this site; one that leads elsewhere becomes the first page."""
    parts = urlsplit(address)
    leads_out = parts.scheme or parts.netloc or not address.startswith("/") or address.startswith(("//", "/\\"))
    return "/" if leads_out else address
