"""The API: what the pages do, for scripts, described by OpenAPI."""

from flask import Blueprint, Flask

from web.api import access, incidents, operations, plans, recipients, reports, requests
from web.api.described import describe


def install_api(app: Flask) -> None:
    """Register the API and the address of its description."""
    root = Blueprint("api", __name__, url_prefix="/api/v1")
    for part in (access, plans, operations, requests, incidents, reports, recipients):
        root.register_blueprint(part.page)
    app.register_blueprint(root)
    describe(app)
