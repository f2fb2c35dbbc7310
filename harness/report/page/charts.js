// Charts from data: line charts with linear or logarithmic axes, level profiles, histograms. SVG, no library.
"use strict";
const NAMESPACE = document.getElementById("svg-namespace").namespaceURI;
const COLOURS = ["--s1", "--s2", "--s3", "--s4", "--s5", "--s6"].map((name) => `var(${name})`);

function svg(name, attributes = {}, children = []) {
  const node = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function html(name, attributes = {}, children = []) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const text = (x, y, words, anchor = "middle", kind = "") =>
  svg("text", { x, y, "text-anchor": anchor, class: kind }, [String(words)]);

const short = (x) =>
  x === null || x === undefined ? "–" : x === 0 ? "0" : Math.abs(x) >= 1e4 || Math.abs(x) < 1e-2 ? x.toExponential(1) : String(+x.toPrecision(3));

// A scale maps a value to [from, to]; logarithmic ones have a tick at every power of ten, thinned to six.
function scale(values, from, to, log) {
  const known = values.filter((v) => Number.isFinite(v) && (!log || v > 0));
  let [low, high] = known.length ? [Math.min(...known), Math.max(...known)] : [log ? 0.1 : 0, 1];
  if (log) [low, high] = [Math.floor(Math.log10(low) + 1e-9), Math.ceil(Math.log10(high) - 1e-9)];
  if (low === high) [low, high] = log ? [low - 1, high + 1] : [low - 0.5, high + 0.5];
  const position = (v) => from + ((to - from) * ((log ? Math.log10(v) : v) - low)) / (high - low);
  return Object.assign(position, { ticks: log ? powers(low, high) : rounds(low, high), log });
}

function powers(low, high) {
  const step = Math.max(1, Math.ceil((high - low) / 5));
  const ticks = [];
  for (let p = low; p <= high; p += step) ticks.push(10 ** p);
  return ticks;
}

function rounds(low, high) {
  const raw = (high - low) / 4, unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * unit).find((s) => s >= raw);
  const ticks = [];
  for (let k = Math.ceil(low / step); k * step <= high + 1e-9 * step; k++) ticks.push(+(k * step).toPrecision(12));
  return ticks;
}

function frame(width, height, x, y, labels) {
  const left = x.from, bottom = y.from;
  const nodes = [];
  for (const t of x.scale.ticks) {
    nodes.push(svg("path", { class: "grid", d: `M${x.scale(t)} ${y.to}V${bottom}` }), text(x.scale(t), bottom + 14, tick(t, x.scale.log)));
  }
  for (const t of y.scale.ticks) {
    nodes.push(svg("path", { class: "grid", d: `M${left} ${y.scale(t)}H${x.to}` }), text(left - 6, y.scale(t) + 4, tick(t, y.scale.log), "end"));
  }
  nodes.push(text((left + x.to) / 2, height - 3, labels.x), text(left, y.to - 7, labels.y, "start"));
  return nodes;
}

const tick = (value, log) => (log ? `1e${Math.round(Math.log10(value))}` : value && Math.abs(value) < 1e-4 ? value.toExponential() : String(value));

function lineChart(spec) {
  const width = 420, height = 260;
  const all = spec.series.flatMap((s) => [...s.y, ...(s.band || []).flat()]).concat((spec.marks || []).map((m) => m.y));
  const y = { from: height - 34, to: 22 }, x = { from: 58, to: width - 10 };
  x.scale = scale(spec.series.flatMap((s) => s.x), x.from, x.to, spec.x.log);
  y.scale = scale(all, y.from, y.to, spec.y.log);
  const nodes = frame(width, height, x, y, { x: spec.x.label, y: spec.y.label });
  for (const mark of spec.marks || []) {
    nodes.push(svg("path", { class: "limit", d: `M${x.from} ${y.scale(mark.y)}H${x.to}` }), text(x.to, y.scale(mark.y) - 4, mark.label, "end", "limit"));
  }
  spec.series.forEach((s, n) => nodes.push(...series(s, n, x.scale, y.scale)));
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": spec.title }, nodes);
}

function series(s, n, x, y) {
  const colour = COLOURS[n % COLOURS.length], shown = (v) => Number.isFinite(v) && (!y.log || v > 0);
  const at = s.x.map((v, k) => [x(v), shown(s.y[k]) ? y(s.y[k]) : null, k]).filter((p) => p[1] !== null);
  const nodes = [];
  if (s.band) {
    const known = s.x.map((_, k) => k).filter((k) => shown(s.band[0][k]) && shown(s.band[1][k]));
    const edge = (values) => known.map((k) => `${x(s.x[k])},${y(values[k])}`);
    nodes.push(svg("polygon", { points: [...edge(s.band[0]), ...edge(s.band[1]).reverse()].join(" "), fill: colour, opacity: 0.22 }));
  }
  const path = at.map((p) => `${p[0]},${p[1]}`).join(" ");
  nodes.push(svg("polyline", { points: path, fill: "none", stroke: colour, "stroke-width": s.style === "ring" ? 1 : 2, "stroke-dasharray": s.style === "dash" ? "5 4" : "none" }));
  if (s.x.length <= 40) for (const [px, py, k] of at) nodes.push(dot(s, px, py, k, colour));
  return nodes;
}

function dot(s, px, py, k, colour) {
  const ring = s.style === "ring";
  const mark = svg("circle", { cx: px, cy: py, r: ring ? 5 : 3, fill: ring ? "none" : colour, stroke: colour, "stroke-width": 1.5, "pointer-events": "all" });
  mark.append(svg("title", {}, [`${s.label}: ${s.x[k]}, ${short(s.y[k])}`]));
  return mark;
}

function legend(entries) {
  return html("div", { class: "legend" }, entries.map((label, n) => html("span", {}, [html("i", { style: `background:${COLOURS[n % COLOURS.length]}` }), label])));
}

function profile(levels, limits) {
  const width = 380, height = 270;
  const found = { "R of the level": levels.r, "error / scale": levels.error };
  const panels = Object.entries(found).filter(([, values]) => values.length), each = (width - 34) / panels.length;
  const nodes = panels.flatMap(([name, values], n) => {
    const range = { from: 34 + n * each, to: 34 + (n + 1) * each - 32 };
    return bars(values, range, height, name, name[0] === "R" ? limits.r_level : null, n === 0);
  });
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "profile by level" }, nodes);
}

function bars(values, x, height, name, limit, first) {
  const y = { from: height - 34, to: 22 }, count = values.length;
  const ticks = first ? [...new Set([0, Math.floor(count / 2), count - 1])] : [];
  x.scale = scale(limit ? [...values, limit] : values, x.from, x.to, true);
  x.scale.ticks = x.scale.ticks.filter((_, n, all) => all.length < 4 || n % 2 === 0);
  y.scale = Object.assign((v) => y.to + ((y.from - y.to) * (v + 0.5)) / count, { ticks });
  const nodes = frame(0, height, x, y, { x: name, y: first ? "level" : "" }), thick = Math.max(2, (y.from - y.to) / count - 1.5);
  if (limit) nodes.push(svg("path", { class: "limit", d: `M${x.scale(limit)} ${y.to}V${y.from}` }));
  values.forEach((v, k) => {
    const end = v > 0 ? x.scale(v) : x.from + 1;
    const bar = svg("rect", { x: x.from, y: y.scale(k) - thick / 2, width: Math.max(1, end - x.from), height: thick, rx: 1.5, fill: COLOURS[limit ? 0 : 5] });
    bar.append(svg("title", {}, [`level ${k}: ${name} ${short(v)}`]));
    nodes.push(bar);
  });
  return nodes;
}

function histogram(counts, ends) {
  const width = 300, height = 270, total = counts.reduce((a, b) => a + b, 0);
  const y = { from: height - 34, to: 22 }, x = { from: 34, to: width - 6 }, step = (x.to - x.from) / counts.length;
  y.scale = scale([0, 100], y.from, y.to, false);
  x.scale = Object.assign((v) => v, { ticks: [] });
  const nodes = frame(width, height, x, y, { x: "units in the last place, up to", y: "% of points" });
  counts.forEach((n, k) => {
    const top = n ? Math.min(y.scale((100 * n) / total), y.from - 2) : y.from;
    const name = k === ends.length ? "more" : ends[k] < 1000 ? String(ends[k]) : `${Math.round(ends[k] / 1000)}k`;
    const bar = svg("rect", { x: x.from + k * step + 1, y: top, width: step - 2, height: y.from - top, rx: 1.5, fill: COLOURS[k ? 0 : 3] });
    bar.append(svg("title", {}, [`${n} points within ${name} ulp, ${short((100 * n) / total)} %`]));
    nodes.push(bar, text(x.from + (k + 0.5) * step, y.from + 14, name === "more" ? "…" : name));
  });
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "histogram of units in the last place" }, nodes);
}

for (const figure of document.querySelectorAll("[data-chart]")) {
  const spec = JSON.parse(figure.dataset.chart);
  figure.append(html("figcaption", {}, [spec.title]), lineChart(spec), legend(spec.series.map((s) => s.label)));
}
