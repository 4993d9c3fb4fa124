// Small helpers for the document. Text only ever becomes text nodes: names are shown, never obeyed.
const byId = (id) => document.getElementById(id);

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, content] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), content);
    else if (content === true) node.setAttribute(key, "");
    else if (content !== false && content != null) node.setAttribute(key, content);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const isDark = () => document.documentElement.dataset.theme === "dark";
const color = (bound) => (isDark() ? boundOf.get(bound).dark : boundOf.get(bound).light);

// A field of CSV as the tool writes it: quoted where needed, and text that a spreadsheet would run starts with a quote.
function csvField(content) {
  if (typeof content === "number") return String(content);
  let text = content.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => "\\x" + c.charCodeAt(0).toString(16).padStart(2, "0"));
  if (/^[=+\-@]/.test(text)) text = "'" + text;
  return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}
const csvText = (keys, rows) =>
  [keys, ...rows].map((row) => row.map(csvField).join(",")).join("\n") + "\n";

function download(name, text) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const rowsAsCsv = (rows) => csvText(columns.map((c) => c.key), rows.map((row) => columns.map((c) => value(row, c))));

const tip = byId("tip");
function showTip(x, y, title, lines) {
  tip.replaceChildren(element("b", {}, title), ...lines.map((line) => element("div", {}, line)));
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 6)) + "px";
  tip.style.top = (y + 18 + box.height > innerHeight ? Math.max(4, y - box.height - 12) : y + 18) + "px";
}
const hideTip = () => { tip.hidden = true; };

const describe = (row) => [
  `${row.op}${row.repeat > 1 ? `, ${row.repeat} times` : ""}: ${seconds(row.time_s)}, ${percent(row.share)} of the time`,
  `bound by ${row.bound}: ${boundOf.get(row.bound).meaning}`,
  `${plain(row.arithmetic_intensity)} FLOP/B, ${si(rate(row), "FLOP/s")}, ${si(row.bytes, "B")}`,
];

const markPath = (bound, size) =>
  d3.symbol().size(size).type({ circle: d3.symbolCircle, square: d3.symbolSquare, triangle: d3.symbolTriangle,
    diamond: d3.symbolDiamond }[boundOf.get(bound).mark]);

function markSvg(bound) {
  const svg = d3.create("svg").attr("viewBox", "-7 -7 14 14").attr("aria-hidden", "true");
  svg.append("path").attr("d", markPath(bound, 95)()).attr("fill", color(bound));
  return svg.node();
}
