// Two sides of the sphere with the cubed-sphere mesh and the worst columns; drag to turn both.
"use strict";
const RADIUS = 100, RAD = Math.PI / 180;
const HEAT = ["#f2c14e", "#f08a3c", "#dc4f3a", "#a3195b"];

function unit(lon, lat) {
  return [Math.cos(lat * RAD) * Math.cos(lon * RAD), Math.cos(lat * RAD) * Math.sin(lon * RAD), Math.sin(lat * RAD)];
}

// Great circles of equal angles on the six faces: [points, whether it is a face's edge].
function meshLines(ne) {
  const faces = [(a, b) => [1, a, b], (a, b) => [-a, 1, b], (a, b) => [-1, -a, b], (a, b) => [a, -1, b], (a, b) => [-b, a, 1], (a, b) => [b, a, -1]];
  const lines = [], angle = (k, n) => Math.tan((Math.PI / 4) * ((2 * k) / n - 1)), fine = 24;
  for (const face of faces) {
    for (let k = 0; k <= ne; k++) {
      const along = (swap) => Array.from({ length: fine + 1 }, (_, n) => {
        const [a, b] = [angle(k, ne), angle(n, fine)];
        const p = swap ? face(b, a) : face(a, b), size = Math.hypot(...p);
        return p.map((c) => c / size);
      });
      lines.push([along(false), k === 0 || k === ne], [along(true), k === 0 || k === ne]);
    }
  }
  return lines;
}

// Orthographic projection seen from (lon, lat): [x, y, depth]; depth > 0 is on this side.
function project(point, view) {
  const [x, y, z] = point, [sl, cl, sp, cp] = [Math.sin(view[0] * RAD), Math.cos(view[0] * RAD), Math.sin(view[1] * RAD), Math.cos(view[1] * RAD)];
  const across = -sl * x + cl * y, towards = cl * x + sl * y;
  return [across * RADIUS, -(cp * z - sp * towards) * RADIUS, cp * towards + sp * z];
}

function disc(field, classes, lines, view, centre) {
  const nodes = [svg("circle", { class: "ball", cx: centre, cy: 0, r: RADIUS })];
  for (const [points, edge] of lines) {
    let d = "", pen = false;
    for (const p of points) {
      const [x, y, depth] = project(p, view);
      if (depth > 0) d += `${pen ? "L" : "M"}${(x + centre).toFixed(1)} ${y.toFixed(1)}`;
      pen = depth > 0;
    }
    if (d) nodes.push(svg("path", { class: edge ? "panel" : "mesh", d }));
  }
  const top = field.points[0][3];
  for (const point of [...field.points].reverse()) {
    const [lon, lat, level, value, kind] = point, [x, y, depth] = project(unit(lon, lat), view);
    if (depth <= 0) continue;
    const part = value / top;
    const mark = svg("circle", { cx: x + centre, cy: y, r: 2.5 + 4 * part, fill: HEAT[Math.min(3, Math.floor(4 * part))], "fill-opacity": 0.9, stroke: "var(--card)", "stroke-width": 0.7 });
    mark.append(svg("title", {}, [`${field.by} ${short(value)} at ${lat.toFixed(1)}N ${lon.toFixed(1)}E, level ${level}, ${classes[kind]}`]));
    nodes.push(mark);
  }
  return nodes;
}

function globe(field, ne, classes) {
  const picture = svg("svg", { class: "globe", viewBox: "-108 -108 436 216", role: "img", "aria-label": "worst columns on both sides of the sphere" });
  const lines = meshLines(ne || 1), [lon, lat] = field.points[0];
  const view = [lon, Math.max(-60, Math.min(60, lat))];
  const draw = () => picture.replaceChildren(...disc(field, classes, lines, view, 0), ...disc(field, classes, lines, [view[0] + 180, -view[1]], 220));
  let from = null;
  picture.addEventListener("pointerdown", (event) => { from = [event.clientX, event.clientY]; picture.setPointerCapture(event.pointerId); });
  picture.addEventListener("pointerup", () => { from = null; });
  picture.addEventListener("pointermove", (event) => {
    if (!from) return;
    view[0] -= 0.6 * (event.clientX - from[0]);
    view[1] = Math.max(-90, Math.min(90, view[1] + 0.6 * (event.clientY - from[1])));
    from = [event.clientX, event.clientY];
    draw();
  });
  draw();
  return picture;
}

function nodeClasses(field, classes) {
  const counts = classes.map((name, k) => [field.points.filter((p) => p[4] === k).length, name]).filter(([n]) => n);
  return counts.map(([n, name]) => `${n} ${name}`).join(", ");
}
