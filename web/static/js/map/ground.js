// What lies under the roads: sea, land, borders. All land is one fill: no country is coloured apart from another.

const all = (lines) => ({ *[Symbol.iterator]() { for (let i = 0; i < lines.count; i++) yield i; } });

export function drawGround(pen, view, scene) {
  const { colours, basemap } = scene;
  pen.clearRect(0, 0, view.width, view.height);
  // Without a basemap there is no coast to draw, and no sea is claimed.
  pen.fillStyle = basemap ? colours.sea : colours.home;
  pen.fillRect(0, 0, view.width, view.height);
  if (!basemap) return;
  const land = basemap.land.trace(new Path2D(), view, all(basemap.land), 1, true);
  pen.fillStyle = colours.home;
  pen.fill(land, "evenodd");
  pen.lineJoin = "bevel";
  stroke(pen, land, colours.seaInk, 0.5, [], 0.5);
  const borders = basemap.borders.trace(new Path2D(), view, all(basemap.borders));
  stroke(pen, borders, colours.ribbon, 7, [], 0.32);
  stroke(pen, borders, colours.ink2, 1, [7, 2, 1.5, 2]);
  const disputed = basemap.disputed.trace(new Path2D(), view, all(basemap.disputed));
  stroke(pen, disputed, colours.ink3, 0.9, [3, 4]);
}

export function stroke(pen, path, colour, width, dash = [], alpha = 1, cap = "butt") {
  pen.globalAlpha = alpha;
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.lineCap = cap;
  pen.setLineDash(dash);
  pen.stroke(path);
  pen.globalAlpha = 1;
}
