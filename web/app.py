"""Build the web server that coordinators open in their browser."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from web.api import install_api
from web.assets import install_assets
from web.compress import install_compression
from web.desk import KEY, Desk
from web.forms import install_forms
from web.frame import install_frame, language
from web.headers import install_headers
from web.i18n import install_languages
from web.pages import install_pages
from web.problems import install_problems
from web.signin import install_signin
from web.words import install_words

LARGEST_POST = 8 * 1024 * 1024
"""Bytes: a table of ten thousand rows is a tenth of it. A table under preview comes back in a field, as large."""


def create_app(desk: Desk, settings: Mapping[str, Any] | None = None) -> Flask:
    """Return a server on one desk, with nothing shared between two in one process.

    `settings` overrules Flask's configuration, as tests do.
    """
    app = Flask(__name__, static_folder=None)
    app.extensions[KEY] = desk
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_POST, MAX_FORM_MEMORY_SIZE=LARGEST_POST, MAX_FORM_PARTS=5_000)
    app.config.update(settings or {})
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    install_headers(app)
    install_languages(app, language)
    install_problems(app)
    install_assets(app)
    install_signin(app, desk)
    install_forms(app)
    install_frame(app)
    install_words(app)
    install_pages(app)
    install_api(app)
    install_compression(app)
    return app
