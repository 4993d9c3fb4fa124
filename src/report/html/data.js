// What the page holds: reports, their columns, and rows as objects. Names are stored as what they share with the name
// before and the rest; what layers of the same kind have in common is stored once.
const page = JSON.parse(document.getElementById("data").textContent);
const columns = page.columns;
page.api = {};
const columnOf = new Map(columns.map((c) => [c.key, c]));
const boundOf = new Map(page.bounds.map((b) => [b.name, b]));

function namesOf(packed) {
  let last = "";
  return packed.rest.map((rest, i) => (last = last.slice(0, packed.shared[i]) + rest));
}

function rowsOf(packed) {
  const kinds = packed.kinds.map((values) => {
    const kind = {};
    packed.keys.forEach((key, i) => { kind[key] = values[i]; });
    return kind;
  });
  return namesOf(packed.names).map((name, i) => {
    const row = Object.create(kinds[packed.kind[i]]);
    row.index = i;
    row.name = name;
    row.block = packed.blocks[packed.block[i]];
    row.fused = packed.fused[i] || null;
    return row;
  });
}

const value = (row, column) => row[column.key];
const rate = (row) => (row.time_s > 0 ? row.flops / row.time_s : 0);
const onRoofline = (row) => row.arithmetic_intensity > 0 && row.time_s > 0;
const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);

// What several rows are together; what does not add up is left out.
function together(rows, name) {
  const all = { name, rows };
  for (const column of columns) {
    if (["name", "op", "block", "category", "bound", "ridge_point", "live_bytes"].includes(column.key)) continue;
    all[column.key] = sum(rows, column.key);
  }
  all.arithmetic_intensity = all.bytes > 0 ? all.flops / all.bytes : 0;
  const times = d3.nest().key((r) => r.bound).rollup((list) => sum(list, "time_s")).entries(rows);
  times.sort((a, b) => b.value - a.value);
  all.bound = times.length > 0 ? times[0].key : "none";
  return all;
}
