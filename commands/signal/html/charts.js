/* global document, window, getComputedStyle, matchMedia, ResizeObserver, uPlot */
'use strict';

/** Draws the page's plots from the JSON in it; runs in the reader's browser. */
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  /** Colours of reasons, told apart by people who see few colours too (Okabe and Ito). */
  const reasonColors = [
    '#d55e00',
    '#0072b2',
    '#e69f00',
    '#cc79a7',
    '#56b4e9',
    '#009e73',
    '#b8a900',
    '#8c8c8c',
  ];
  const height = 170;
  const drawn = [];

  for (const element of document.querySelectorAll('time')) {
    const at = new Date(element.dateTime);
    element.title = element.textContent;
    element.textContent = at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
  }

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const clock = (seconds) =>
    new Date(seconds * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });

  /** Series that lie on each other: the topmost is drawn first, each says its own value. */
  const stacked = (series) => {
    let below = data.times.map(() => 0);
    const layers = series.map(({ values, ...rest }) => {
      below = below.map((sum, i) => sum + (values[i] ?? 0));
      return { ...rest, values, tops: below.map((sum, i) => (values[i] === null ? null : sum)) };
    });
    return layers.reverse();
  };

  /** Grey where no probe was counted. */
  const shadeGaps = (values) => (u) => {
    const { ctx, bbox } = u;
    const step = data.span.stepSeconds;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = color('gap');
    data.times.forEach((end, i) => {
      if (values[i] !== null) return;
      const left = u.valToPos(end - step, 'x', true);
      ctx.fillRect(left, bbox.top, u.valToPos(end, 'x', true) - left + 1, bbox.height);
    });
    ctx.restore();
  };

  const axes = (unit) => [
    {
      stroke: color('muted'),
      grid: { stroke: color('line'), width: 1 },
      ticks: { stroke: color('line'), width: 1 },
      values: (_, splits) => splits.map(clock),
    },
    {
      stroke: color('muted'),
      size: 58,
      grid: { stroke: color('line'), width: 1 },
      ticks: { stroke: color('line'), width: 1 },
      values: (_, splits) => splits.map((value) => (value === null ? '' : `${value}${unit}`)),
    },
  ];

  /** The bound is in the picture where it is near; far above all values it would press them flat. */
  const scaleEnd = (max, bound = 0) => (max * 3 >= bound ? Math.max(max, bound) : max) * 1.08 || 1;

  const draw = (element, series, rows, unit, gaps, bound) => {
    const from = data.times[0] - data.span.stepSeconds;
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height,
        cursor: { y: false, drag: { x: false, y: false } },
        legend: { live: true },
        scales: {
          x: { time: true, range: () => [from, data.times[data.times.length - 1]] },
          y: { range: (_, __, max) => [0, scaleEnd(max, bound)] },
        },
        axes: axes(unit),
        series: [
          { label: 'until', value: (_, seconds) => (seconds === null ? '' : clock(seconds)) },
          ...series,
        ],
        hooks: {
          drawClear: [shadeGaps(gaps)],
          draw: bound === undefined ? [] : [boundLine(bound)],
        },
      },
      [data.times, ...rows],
      element,
    );
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== plot.width)
        plot.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    drawn.push(() => {
      observer.disconnect();
      plot.destroy();
    });
  };

  /** The bound of the objective, dashed. */
  const boundLine = (bound) => (u) => {
    const y = u.valToPos(bound, 'y', true);
    u.ctx.save();
    u.ctx.strokeStyle = color('muted');
    u.ctx.setLineDash([6, 4]);
    u.ctx.beginPath();
    u.ctx.moveTo(u.bbox.left, y);
    u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
    u.ctx.stroke();
    u.ctx.restore();
  };

  const bars = (element, series, gaps) => {
    const layers = stacked(series);
    draw(
      element,
      layers.map(({ label, fill, values }) => ({
        label,
        stroke: fill,
        fill,
        width: 0,
        points: { show: false },
        paths: uPlot.paths.bars({ size: [1, Infinity], align: -1 }),
        value: (_, __, ___, index) => (index === null ? '' : String(values[index] ?? '–')),
      })),
      layers.map(({ tops }) => tops),
      '',
      gaps,
    );
  };

  const charts = {
    outcomes: (element, page) =>
      bars(
        element,
        ['failed', 'error', 'slow', 'ok'].map((label) => ({
          label,
          fill: color(label),
          values: page.outcomes[label],
        })),
        page.outcomes.ok,
      ),
    failed: (element, page) =>
      bars(
        element,
        Object.entries(page.failed).map(([label, values], i) => ({
          label,
          fill: reasonColors[i % reasonColors.length],
          values,
        })),
        page.outcomes.ok,
      ),
    latency: (element, page) => {
      const names = ['p50', 'p90', 'p99'];
      draw(
        element,
        names.map((label) => ({
          label,
          stroke: color(label),
          width: 1.5,
          spanGaps: false,
          points: { show: false },
          value: (_, milliseconds) => (milliseconds === null ? '' : `${milliseconds.toFixed(2)} ms`),
        })),
        names.map((name) => page.quantiles[name]),
        ' ms',
        page.outcomes.ok,
        page.latencyBoundMs,
      );
    },
  };

  const drawAll = () => {
    for (const remove of drawn.splice(0)) remove();
    for (const element of document.querySelectorAll('.chart')) {
      const page = data.paths.find(({ path }) => path === element.dataset.path);
      charts[element.dataset.chart](element, page);
    }
  };
  drawAll();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  window.addEventListener('beforeprint', drawAll);
})();
