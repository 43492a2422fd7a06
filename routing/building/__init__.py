"""From lines of a road file to the network of a crisis: noded, attached to its places, contracted, named to last."""
