// What is shown, chosen and looked at. Every view reads it and hears of changes; none knows another.
const state = {
  report: null, rows: [], visible: [], selection: new Set(), active: -1, text: "", bounds: new Set(), onlySelected: false,
};
const views = [];  // objects with any of: load(), filter(), select(), hover(), theme(), resize()
const tell = (what) => views.forEach((view) => view[what] && view[what]());

function select(indices, more) {
  const chosen = [...indices].filter((i) => state.rows[i]);
  const same = chosen.length === state.selection.size && chosen.every((i) => state.selection.has(i));
  if (more) {
    const all = chosen.every((i) => state.selection.has(i));
    chosen.forEach((i) => (all ? state.selection.delete(i) : state.selection.add(i)));
  } else {
    state.selection = new Set(same ? [] : chosen);
  }
  if (chosen.length === 1) state.active = chosen[0];
  if (state.onlySelected) refilter();
  tell("select");
}

function hover(index) {
  if (state.active === index) return;
  state.active = index;
  tell("hover");
}

// One word of a filter as a question to a row.
function question(word) {
  const negative = word.length > 1 && word.startsWith("-");
  const body = negative ? word.slice(1) : word;
  const match = /^([a-z_0-9]+)(>=|<=|>|<|=|:)(.+)$/.exec(body);
  const column = match && columnOf.get(match[1]);
  const ask = column ? columnQuestion(column, match[2], match[3]) : textQuestion(body.toLowerCase());
  return negative ? (row) => !ask(row) : ask;
}

function textQuestion(text) {
  const keys = columns.filter((c) => c.kind === "text").map((c) => c.key);
  return (row) => keys.some((key) => row[key].toLowerCase().includes(text)) ||
    (row.fused !== null && row.fused.some((name) => name.toLowerCase().includes(text)));
}

function columnQuestion(column, operator, text) {
  if (column.kind === "text") {
    const wanted = text.toLowerCase();
    return operator === ":" ? (row) => row[column.key].toLowerCase().includes(wanted)
                            : (row) => row[column.key].toLowerCase() === wanted;
  }
  const wanted = parseNumber(text);
  const compare = { ">": (a) => a > wanted, "<": (a) => a < wanted, ">=": (a) => a >= wanted, "<=": (a) => a <= wanted,
    "=": (a) => a === wanted, ":": (a) => a === wanted }[operator];
  return (row) => compare(row[column.key]);
}

function refilter() {
  const asks = state.text.split(/\s+/).filter((word) => word !== "").map(question);
  if (state.bounds.size > 0) asks.push((row) => state.bounds.has(row.bound));
  if (state.onlySelected && state.selection.size > 0) asks.push((row) => state.selection.has(row.index));
  state.visible = asks.length === 0 ? state.rows : state.rows.filter((row) => asks.every((ask) => ask(row)));
  tell("filter");
}

function load(report) {
  state.report = report;
  if (!report.rows) report.rows = rowsOf(report.layers);
  state.rows = report.rows;
  state.selection = new Set();
  state.active = -1;
  state.bounds = new Set();
  state.visible = state.rows;
  tell("load");
  refilter();
  tell("select");
}
