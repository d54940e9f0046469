// Draws every figure[data-chart] from the JSON beside it; the table of the same figures stays on the page and is folded.
import * as echarts from "echarts/core";
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

echarts.use([
  BarChart, CustomChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer,
]);

const INK = "#1d2733";
const QUIET = "#55616e";
const LINE = "#cfd6de";
const PALETTE = ["#1b5fa6", "#b4540a", "#2f7d4f", "#7a4b9c", "#8a6d00", "#0e7490", "#a83250", "#4b5563"];
// The first series is plain; the others are told apart without colour too.
const STRIPES = [
  { color: "rgba(255,255,255,0.45)", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 },
  { color: "rgba(255,255,255,0.45)", symbol: "circle", dashArrayX: [[6, 6]], dashArrayY: [6, 2], symbolSize: 0.6 },
];
const BAR = { total: "#3d4b5a", of: "#dde6f0", less: "#1b5fa6", result: "#b4540a" };

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const size = () => Math.round(rem() * 0.8125);
const font = () => getComputedStyle(document.body).fontFamily;
const money = (fen) =>
  (fen < 0 ? "−" : "") +
  (Math.abs(fen) / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const count = (n) => n.toLocaleString("en-US");

// A node and not a text: ECharts would set a text as HTML with style attributes, which the page's policy forbids.
function hint(...lines) {
  const box = document.createElement("div");
  box.className = "chart-hint";
  for (const line of lines.filter(Boolean)) {
    const row = document.createElement("div");
    row.textContent = line;
    box.append(row);
  }
  return box;
}

const base = () => ({
  animation: false,
  color: PALETTE,
  textStyle: { fontFamily: font(), fontSize: size(), color: INK },
  tooltip: { trigger: "item", backgroundColor: "#fff", borderColor: LINE, padding: 0, confine: true },
});

const axisText = () => ({ color: QUIET, fontSize: size(), fontFamily: font() });
// How wide the longest label is, as far as it may be: a Han character is a square, a Latin letter half of one.
function labelRoom(labels, most) {
  const squares = (label) => [...label].reduce((sum, letter) => sum + (letter > "\u2e80" ? 1 : 0.58), 0);
  return Math.min(Math.max(...labels.map(squares)) * size() + 4, most);
}

const names = (labels, width) => ({
  type: "category",
  data: labels,
  inverse: true,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: LINE } },
  axisLabel: { ...axisText(), color: INK, width, overflow: "break", interval: 0, lineHeight: Math.round(size() * 1.25) },
});

function waterfall({ steps, unit }, wide) {
  const most = Math.max(...steps.map((step) => step.amount), 1);
  const labels = steps.map((step) => step.label);
  const room = labelRoom(labels, wide * 0.36);
  let left = 0;
  const from = steps.map((step) => {
    if (step.kind === "less") return (left -= step.amount);
    if (step.kind !== "of") left = step.amount;
    return 0;
  });
  return {
    ...base(),
    height: steps.length * size() * 2.4 + 8,
    grid: { left: room + 8, right: size() * 7, top: 4, bottom: 4 },
    xAxis: { type: "value", max: most, show: false },
    yAxis: names(labels, room),
    series: [
      { type: "bar", stack: "w", silent: true, itemStyle: { color: "transparent" }, data: from, tooltip: { show: false } },
      {
        type: "bar",
        stack: "w",
        barWidth: "62%",
        data: steps.map((step) => ({
          value: step.amount,
          itemStyle: {
            color: BAR[step.kind] ?? BAR.total,
            ...(step.kind === "of" && { borderColor: "#55616e", borderWidth: 1, borderType: "dashed" }),
          },
        })),
        label: {
          show: true,
          position: "right",
          color: INK,
          fontSize: size(),
          fontFamily: font(),
          formatter: ({ dataIndex: i }) => (steps[i].kind === "less" && steps[i].amount ? "−" : "") + money(steps[i].amount),
        },
        tooltip: { formatter: ({ dataIndex: i }) => hint(steps[i].label, `${money(steps[i].amount)} ${unit}`) },
      },
    ],
  };
}

// Spans of one source that overlap stand in rows below each other.
function rowsOf(lanes) {
  const labels = [];
  const bars = [];
  for (const lane of lanes) {
    const ends = [];
    for (const span of [...lane.spans].sort((a, b) => a.start.localeCompare(b.start))) {
      let row = ends.findIndex((end) => end && end <= span.start);
      if (row < 0) row = ends.push("") - 1;
      ends[row] = span.end || "9999";
      bars.push({ ...span, source: lane.source, row: labels.length + row });
    }
    for (let row = 0; row < Math.max(ends.length, 1); row += 1) labels.push(row ? "" : lane.source);
  }
  return { labels, bars };
}

function timeline({ lanes, first, last, open }, wide) {
  const { labels, bars } = rowsOf(lanes);
  const words = [...new Set(bars.map((bar) => bar.text))];
  const room = labelRoom(labels, wide * 0.3);
  const day = (text) => new Date(`${text}T00:00:00`).getTime();
  return {
    ...base(),
    height: labels.length * size() * 2.5 + size() * 2.6,
    grid: { left: room + 8, right: 14, top: 4, bottom: size() * 2.2 },
    xAxis: {
      type: "time",
      min: day(first),
      max: day(last),
      splitNumber: wide < 500 ? 2 : 6,
      axisLabel: { ...axisText(), formatter: "{yyyy}-{MM}", hideOverlap: true },
      axisLine: { lineStyle: { color: LINE } },
      splitLine: { show: true, lineStyle: { color: "#e6eaef" } },
    },
    yAxis: names(labels, room),
    series: [
      {
        type: "custom",
        encode: { x: [1, 2], y: 0 },
        data: bars.map((bar) => [bar.row, Math.max(day(bar.start), day(first)), bar.end ? day(bar.end) : day(last)]),
        clip: true,
        tooltip: {
          formatter: ({ dataIndex: i }) =>
            hint(bars[i].text, `${bars[i].source}`, `${bars[i].start} → ${bars[i].end || open}`, bars[i].note),
        },
        renderItem(params, api) {
          const bar = bars[params.dataIndex];
          const [x, y] = api.coord([api.value(1), api.value(0)]);
          const [end] = api.coord([api.value(2), api.value(0)]);
          const tall = api.size([0, 1])[1] * 0.7;
          const width = Math.max(end - x, 3);
          const top = y - tall / 2;
          const fits = width > size() * 2.2;
          const shape = bar.end
            ? [[x, top], [x + width, top], [x + width, top + tall], [x, top + tall]]
            : [[x, top], [x + width - 7, top], [x + width, top + tall / 2], [x + width - 7, top + tall], [x, top + tall]];
          return {
            type: "group",
            children: [
              { type: "polygon", shape: { points: shape }, style: { fill: PALETTE[words.indexOf(bar.text) % PALETTE.length] } },
              ...(fits
                ? [
                    {
                      type: "text",
                      silent: true,
                      style: {
                        text: bar.text,
                        x: x + 6,
                        y: top + tall / 2,
                        verticalAlign: "middle",
                        width: width - 14,
                        overflow: "truncate",
                        ellipsis: "…",
                        fill: "#fff",
                        fontSize: size(),
                        fontFamily: font(),
                      },
                    },
                  ]
                : []),
            ],
          };
        },
      },
    ],
  };
}

const series = (kind) => ({ categories, series: all, unit }) => ({
  ...base(),
  height: 280,
  legend: all.length > 1 ? { top: 0, left: 0, textStyle: axisText(), itemHeight: 10 } : undefined,
  grid: { left: 8, right: 16, top: all.length > 1 ? 56 : 28, bottom: 4, containLabel: true },
  xAxis: {
    type: "category",
    data: categories,
    axisLabel: { ...axisText(), hideOverlap: true },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: LINE } },
    boundaryGap: kind === "bar",
  },
  yAxis: {
    type: "value",
    name: unit,
    nameTextStyle: { ...axisText(), align: "left" },
    axisLabel: { ...axisText(), formatter: count },
    splitLine: { lineStyle: { color: "#e6eaef" } },
  },
  tooltip: {
    ...base().tooltip,
    trigger: "axis",
    formatter: (points) => hint(points[0].name, ...points.map((p) => `${p.seriesName} ${count(p.value)} ${unit}`)),
  },
  series: all.map((one, i) => ({
    type: kind,
    name: one.name,
    data: one.values,
    symbol: ["circle", "rect", "triangle", "diamond"][i % 4],
    symbolSize: 7,
    lineStyle: { width: 2, type: ["solid", "dashed", "dotted"][i % 3] },
    barMaxWidth: 34,
    itemStyle: kind === "bar" && i ? { decal: STRIPES[(i - 1) % STRIPES.length] } : {},
  })),
});

const DRAW = { waterfall, timeline, bar: series("bar"), line: series("line") };

function draw(figure) {
  const area = figure.querySelector(".chart-area");
  const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  const make = DRAW[figure.dataset.chart];
  if (!area || !make || figure.dataset.drawn) return;
  figure.dataset.drawn = "yes";
  area.hidden = false;
  const paint = (chart) => {
    const { height, ...options } = make(data, area.clientWidth);
    area.style.height = `${Math.round(height)}px`;
    chart.resize();
    chart.setOption(options, true);
  };
  area.style.height = "10px";
  const chart = echarts.init(area, null, { renderer: "svg" });
  paint(chart);
  figure.querySelector(".chart-table").open = false;
  let width = area.clientWidth;
  const again = () => {
    if (area.clientWidth === width || !area.clientWidth) return;
    width = area.clientWidth;
    paint(chart);
  };
  if (window.ResizeObserver) new ResizeObserver(again).observe(area);
  window.addEventListener("beforeprint", again);
}

const every = (root) => root.querySelectorAll("figure[data-chart]").forEach(draw);
every(document);
for (const event of ["htmx:after:swap", "htmx:afterSwap"]) document.addEventListener(event, () => every(document));
