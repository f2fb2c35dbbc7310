// The kernels: a table of checks when one is opened, and the chosen field's sphere, profile and histogram.
"use strict";
const DATA = JSON.parse(document.getElementById("data").textContent);
const HEADINGS = ["configuration", "against", "case", "verdict", "error / scale", "R global · level · point", "worst point", "compared", "smallest defects noticed"];

function openKernel(name, configuration) {
  const details = document.getElementById(`kernel-${name}`);
  if (!details) return;
  fill(details);
  details.open = true;
  const checks = DATA.kernels[name];
  choose(details, worstCheck(checks, (c) => !configuration || c.configuration === configuration));
  details.scrollIntoView();
}

function fill(details) {
  if (details.dataset.filled) return;
  details.dataset.filled = "yes";
  const checks = DATA.kernels[details.dataset.kernel];
  const rows = checks.map((c, n) => row(c, () => choose(details, n)));
  const head = html("tr", {}, HEADINGS.map((h) => html("th", {}, [h])));
  const table = html("table", {}, [html("thead", {}, [head]), html("tbody", {}, rows)]);
  details.querySelector(".body").append(html("div", { class: "checks" }, [table]), html("div", { class: "view" }));
  choose(details, worstCheck(checks, () => true));
}

function row(check, select) {
  const defects = Object.entries(check.defects).map(([kind, size]) => `${kind.replaceAll("_", " ")} ${size === null ? "missed" : size.toExponential(0)}`);
  const ratios = check.r.every((v) => v === null) ? "–" : check.r.map(short).join(" · ");
  const cells = [check.configuration, check.against, check.case, html("span", { class: `v ${check.verdict}` }, [check.verdict]), short(check.error), ratios, check.worst, check.compared, defects.join(", ")];
  const node = html("tr", { tabindex: 0 }, cells.map((cell, n) => html("td", n === 4 || n === 5 ? { class: "n" } : {}, [cell])));
  node.addEventListener("click", select);
  node.addEventListener("keydown", (event) => { if (event.key === "Enter") select(); });
  return node;
}

const ORDER = ["NOT-OFFERED", "BITWISE", "ROUNDOFF", "NOT-RUN", "VACUOUS", "DIFFERENT"];
const severity = (check) => (check.verdict.startsWith("NOT-") ? -1 : ORDER.indexOf(check.verdict) + Math.min(0.9, (check.r[2] || check.error || 0) / 1e3));

function worstCheck(checks, wanted) {
  let best = -1;
  checks.forEach((c, n) => { if (wanted(c) && (best < 0 || severity(c) > severity(checks[best]))) best = n; });
  return Math.max(best, 0);
}

function choose(details, number) {
  const check = DATA.kernels[details.dataset.kernel][number];
  const rows = details.querySelectorAll("tbody tr"), box = details.querySelector(".checks");
  rows.forEach((r, n) => r.setAttribute("aria-selected", n === number));
  box.scrollTop = rows[number].offsetTop - box.clientHeight / 2;
  const shown = check.fields.filter((f) => f.levels);
  const view = details.querySelector(".view");
  view.replaceChildren(html("p", { class: "chosen" }, [html("b", {}, [check.case]), ` in ${check.configuration} against ${check.against}. ${words(check, shown)}`]));
  if (!shown.length) return;
  const plots = html("div", { class: "plots" }), buttons = html("div", { class: "fields" });
  const show = (field) => {
    plots.replaceChildren(...drawings(field, check));
    buttons.childNodes.forEach((b) => b.setAttribute("aria-pressed", b.textContent === field.name));
  };
  for (const field of shown) {
    const button = html("button", { type: "button" }, [field.name]);
    button.addEventListener("click", () => show(field));
    buttons.append(button);
  }
  view.append(buttons, plots);
  show(shown.reduce((a, b) => ((b.r || b.error || 0) > (a.r || a.error || 0) ? b : a)));
}

function words(check, shown) {
  const said = [check.reason, check.spread && `Round-off measured with ${check.spread}.`].filter(Boolean);
  if (!shown.length && check.fields.length) said.push("Every compared field is equal bit by bit.");
  return said.join(" ");
}

function drawings(field, check) {
  const figure = (title, note, picture) => html("figure", {}, [html("figcaption", {}, [title, html("small", {}, [note])]), picture]);
  const found = [];
  if (field.points.length) {
    found.push(figure("where the worst columns lie", `${field.points.length} columns by ${field.by}: ${nodeClasses(field, DATA.classes)}. Both sides of the sphere; drag to turn.`, globe(field, check.ne, DATA.classes)));
  }
  found.push(figure("by level", field.levels.r.length ? `R, limit ${DATA.limits.r_level}, and largest error over scale` : "largest error over scale", profile(field.levels, DATA.limits)));
  found.push(figure("units in the last place", field.loosened ? `loosened: ${field.loosened}` : "how many points lie how far apart; green: equal", histogram(field.ulp, DATA.ulps)));
  return found;
}

document.querySelectorAll("details.kernel").forEach((d) => d.addEventListener("toggle", () => { if (d.open) fill(d); }));
document.getElementById("filter")?.addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  document.querySelectorAll("details.kernel").forEach((d) => { d.hidden = !d.dataset.kernel.includes(wanted); });
});

function follow() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  if (wanted.get("k")) openKernel(wanted.get("k"), wanted.get("c"));
}
window.addEventListener("hashchange", follow);
follow();
