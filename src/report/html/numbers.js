// Numbers as the tool's tables show them, to the digit.
function fixed(number, digits) {
  const scaled = number * 10 ** digits;
  const tie = Math.abs(scaled - Math.trunc(scaled)) === 0.5 && Number.isInteger(number * 2 ** (digits + 1));
  if (!tie) return number.toFixed(digits);
  const down = Math.floor(scaled);
  return ((down % 2 === 0 ? down : down + 1) / 10 ** digits).toFixed(digits);
}

function threeDigits(number) {
  const size = Math.abs(number);
  return fixed(number, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

function scaled(number, step, prefixes, unit) {
  let i = 0;
  while (Math.abs(number) >= step * 0.9995 && i + 1 < prefixes.length) {
    number /= step;
    ++i;
  }
  const text = i === 0 && number === Math.floor(number) ? number.toFixed(0) : threeDigits(number);
  const suffix = prefixes[i] + unit;
  return suffix === "" ? text : text + " " + suffix;
}

const decimal = ["", "k", "M", "G", "T", "P", "E", "Z", "Y"];
const si = (number, unit) => scaled(number, 1000, decimal, unit);
const capacity = (bytes) => scaled(bytes, 1024, ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"], "B");
const percent = (share) => fixed(share * 100, 1) + " %";

function seconds(time) {
  if (time === 0) return "0";
  if (time >= 1000 * 86400) return scaled(time / 86400, 1000, decimal, "d");
  if (time >= 3 * 86400) return threeDigits(time / 86400) + " d";
  if (time >= 3 * 3600) return threeDigits(time / 3600) + " h";
  return scaled(time * 1e9, 1000, ["ns", "us", "ms", "s"], "");
}

function plain(number) {
  if (number === 0) return "0";
  const size = Math.abs(number);
  if (size >= 0.995) return threeDigits(number);
  return number.toFixed(Math.min(2 - Math.floor(Math.log10(size)), 12));
}

// A cell as people read it.
function human(column, cell) {
  if (typeof cell === "string") return cell;
  switch (column.kind) {
    case "count": return column.key === "repeat" && cell < 100000 ? String(cell) : si(cell, "");
    case "bytes": return si(cell, "B");
    case "seconds": return seconds(cell);
    case "share": return percent(cell);
    default: return plain(cell);
  }
}

// A number as people write it in a filter: 10us, 1.5ms, 20%, 3k.
function parseNumber(text) {
  const match = /^([-+]?[0-9]*\.?[0-9]+(?:e[-+]?[0-9]+)?)(ns|us|ms|s|%|k|M|G|T|P|)$/.exec(text);
  if (!match) return NaN;
  const factors = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, "%": 0.01, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, "": 1 };
  return Number(match[1]) * factors[match[2]];
}
