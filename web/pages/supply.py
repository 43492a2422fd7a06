"""Supply: what hubs have to send - stock by batch, arrivals, trucks, escorts - and the forms to change it."""

from flask import Blueprint, render_template

from planner.intake.relief import FLEET_COLUMNS, STOCK_COLUMNS
from planner.services.supplies import shared_escorts, view_hubs
from planner.store.reference import reference_id
from web.desk import the_desk
from web.frame import current_asof
from web.frame import page as address
from web.record_forms import ESCORT, FLEET, STOCK
from web.record_pages import add_record_routes
from web.rights import Right, needs
from web.table_import import add_import_routes

page = Blueprint("supply", __name__, url_prefix="/supply")

add_record_routes(
    page, {"stock": STOCK, "fleet": FLEET, "escort": ESCORT}, lambda _kind, _values: address("supply.index")
)
add_import_routes(page, "supply", (",".join(STOCK_COLUMNS), ",".join(FLEET_COLUMNS)))


@page.get("")
@needs(Right.READ)
def index() -> str:
    """Show every hub with what it has at the page's time."""
    world = the_desk().world()
    hubs = view_hubs(world, current_asof().at)
    return render_template("supply/index.html", hubs=hubs, shared=shared_escorts(world), reference_id=reference_id)
