/* A map that can be moved, in place of the drawing that is always in the page. Land from the borders the dossier draws
   (Natural Earth), no tiles, no glyphs, no request outside. README.md beside this file describes the JSON block. */
import {
  LngLatBounds, Map as MapLibre, Marker, NavigationControl, Popup, ScaleControl, setWorkerUrl,
} from "./vendor/maplibre-gl-6.17.0/maplibre-gl.mjs";

setWorkerUrl(new URL("./vendor/maplibre-gl-6.17.0/maplibre-gl-worker.mjs", import.meta.url).href);

const BORDERS = new URL("./borders.json", import.meta.url);
/* Ends of the classes of a share and their tints, as on the drawn map; a wider interval is hatched. */
const STEPS = [0.1, 0.25, 0.5, 0.75];
const TINTS = [0.14, 0.32, 0.52, 0.74, 1];
const WIDE = 0.25;
const EMPTY = { type: "FeatureCollection", features: [] };
const LAYERS = {
  countries: ["share", "unknown", "share-edge"], lines: ["line-high", "line-low", "line-unknown"], sites: ["site-area", "site"],
};
const live = new Map();
let borders = null;

/* Rings of degrees by country name, of the finer layer. */
async function land() {
  borders ??= fetch(BORDERS, { credentials: "same-origin" }).then((answer) => answer.json()).then(({ near }) => {
    const arcs = near.arcs.map((flat) => {
      const points = [];
      let [x, y] = [0, 0];
      for (let i = 0; i < flat.length; i += 2) {
        x += flat[i];
        y += flat[i + 1];
        points.push([x / near.per_degree, y / near.per_degree]);
      }
      return points;
    });
    return new Map(Object.entries(near.countries).map(([name, lists]) => [name, polygons(lists.map((list) => ring(arcs, list)))]));
  });
  return borders;
}

function ring(arcs, numbers) {
  const points = [];
  for (const number of numbers) {
    const arc = number >= 0 ? arcs[number] : [...arcs[~number]].reverse();
    points.push(...(points.length ? arc.slice(1) : arc));
  }
  return unwrapped(points);
}

/* A ring that crosses the line of dates runs on beyond 180 degrees; one around a pole closes along the pole. */
function unwrapped(points) {
  let before = points[0]?.[0];
  const open = points.map(([x, y]) => {
    let lon = x;
    while (lon - before > 180) lon -= 360;
    while (lon - before < -180) lon += 360;
    before = lon;
    return [lon, y];
  });
  const [start, end] = [open[0], open[open.length - 1]];
  if (Math.abs(end[0] - start[0]) < 180) return open;
  const pole = start[1] < 0 ? -89.9 : 89.9;
  return [...open, [end[0], pole], [start[0], pole], start];
}

/* Twice the signed area: the borders keep outer rings clockwise and holes the other way. */
function turn(points) {
  let sum = 0;
  for (let i = 1; i < points.length; i += 1) sum += points[i - 1][0] * points[i][1] - points[i][0] * points[i - 1][1];
  return sum;
}

function polygons(rings) {
  const outer = rings.filter((one) => turn(one) <= 0).map((one) => [one]);
  for (const hole of rings.filter((one) => turn(one) > 0)) {
    (outer.find(([edge]) => inside(hole[0], edge)) ?? outer[0])?.push(hole);
  }
  return outer;
}

function inside([x, y], edge) {
  let is = false;
  for (let i = 0, j = edge.length - 1; i < edge.length; j = i, i += 1) {
    const [[ax, ay], [bx, by]] = [edge[i], edge[j]];
    if ((ay > y) !== (by > y) && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) is = !is;
  }
  return is;
}

/* The shortest way over the globe. Longitudes run on beyond 180 degrees, so that no line jumps across the map. */
export function greatCircle(from, to, parts = 64) {
  const vector = ([lon, lat]) => {
    const [l, p] = [(lon * Math.PI) / 180, (lat * Math.PI) / 180];
    return [Math.cos(p) * Math.cos(l), Math.cos(p) * Math.sin(l), Math.sin(p)];
  };
  const [a, b] = [vector(from), vector(to)];
  const angle = Math.acos(Math.max(-1, Math.min(1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
  if (angle < 1e-9 || Math.PI - angle < 1e-6) return [from, to];
  const points = [];
  let before = from[0];
  for (let i = 0; i <= parts; i += 1) {
    const [s, t] = [Math.sin((1 - i / parts) * angle) / Math.sin(angle), Math.sin((i / parts) * angle) / Math.sin(angle)];
    const [x, y, z] = a.map((one, at) => s * one + t * b[at]);
    let lon = (Math.atan2(y, x) * 180) / Math.PI;
    while (lon - before > 180) lon -= 360;
    while (lon - before < -180) lon += 360;
    before = lon;
    points.push([lon, (Math.asin(z) * 180) / Math.PI]);
  }
  return points;
}

const feature = (geometry, properties) => ({ type: "Feature", geometry, properties });
const collection = (features) => ({ type: "FeatureCollection", features });
const known = (value) => typeof value === "number";

function shares(data, shapes) {
  return collection((data.countries ?? []).filter((one) => shapes.has(one.border)).map((one) => {
    const isKnown = known(one.low) && known(one.high) && one.high - one.low <= WIDE;
    return feature(
      { type: "MultiPolygon", coordinates: shapes.get(one.border) },
      { text: one.text ?? one.border, tint: isKnown ? TINTS[STEPS.filter((step) => one.low >= step).length] : null, here: Boolean(one.here) },
    );
  }));
}

function lines(data) {
  return collection((data.lines ?? []).map((one) => feature(
    { type: "LineString", coordinates: greatCircle(one.from, one.to) },
    { text: one.text ?? "", low: known(one.low) ? one.low : null, high: known(one.high) ? one.high : null },
  )));
}

function sites(data) {
  return collection((data.sites ?? []).map((one) => feature(
    { type: "Point", coordinates: [one.lon, one.lat] }, { text: one.text ?? one.label ?? "", kind: one.kind ?? "" },
  )));
}

/* Colours of the page, so that the map follows dark and light. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(["ink", "soft", "line", "edge", "paper", "solid", "flag", "unknown", "tint", "land", "sea"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/* Diagonal strokes on tint: what is not known. */
function hatch(colour) {
  const size = 16;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.fillStyle = colour.tint;
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = colour.unknown;
  pen.lineWidth = 3;
  pen.beginPath();
  for (const at of [-size, 0, size]) { pen.moveTo(at - 2, size + 2); pen.lineTo(at + size + 2, -2); }
  pen.stroke();
  return pen.getImageData(0, 0, size, size);
}

function style(colour) {
  const source = () => ({ type: "geojson", data: EMPTY, tolerance: 0 });
  const width = (end) => ["interpolate", ["linear"], ["coalesce", ["get", end], 0], 0, 1, 1, 16];
  return {
    version: 8,
    sources: { land: source(), countries: source(), lines: source(), sites: source() },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": colour.sea } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": colour.land, "fill-outline-color": colour.paper } },
      { id: "share", type: "fill", source: "countries", filter: ["!=", ["get", "tint"], null], paint: { "fill-color": colour.solid, "fill-opacity": ["get", "tint"], "fill-outline-color": colour.paper } },
      { id: "unknown", type: "fill", source: "countries", filter: ["==", ["get", "tint"], null], paint: { "fill-pattern": "hatch" } },
      { id: "share-edge", type: "line", source: "countries", paint: { "line-color": ["case", ["get", "here"], colour.ink, colour.paper], "line-width": ["case", ["get", "here"], 1.8, 0.6] } },
      { id: "line-high", type: "line", source: "lines", filter: ["!=", ["get", "high"], null], layout: { "line-cap": "round" }, paint: { "line-color": colour.flag, "line-opacity": 0.3, "line-width": width("high") } },
      { id: "line-low", type: "line", source: "lines", filter: ["!=", ["get", "low"], null], layout: { "line-cap": "round" }, paint: { "line-color": colour.flag, "line-width": width("low") } },
      { id: "line-unknown", type: "line", source: "lines", filter: ["==", ["get", "high"], null], paint: { "line-color": colour.soft, "line-width": 1.5, "line-dasharray": [2, 2] } },
      { id: "site-area", type: "circle", source: "sites", paint: { "circle-radius": 12, "circle-color": colour.ink, "circle-opacity": 0.08 } },
      { id: "site", type: "circle", source: "sites", paint: { "circle-radius": 5, "circle-color": colour.paper, "circle-stroke-color": colour.ink, "circle-stroke-width": 2 } },
    ],
  };
}

/* Names on the map. One that says something is a button that tells it; of names that overlap the first stands. */
function labels(map, data, kept) {
  kept.splice(0).forEach((marker) => marker.remove());
  const places = (data.sites ?? []).filter((one) => one.label).map((one) => ({ at: [one.lon, one.lat], anchor: "left", text: one.label, says: one.text }));
  for (const one of [...(data.labels ?? []), ...places]) {
    const element = document.createElement(one.says ? "button" : "span");
    element.className = "map-label";
    element.textContent = one.text;
    if (!one.says) element.setAttribute("aria-hidden", "true");
    kept.push(new Marker({ element, anchor: one.anchor ?? "center" }).setLngLat(one.at).addTo(map));
    for (const name of ["role", "tabindex", "aria-label"]) element.removeAttribute(name);
    if (!one.says) continue;
    element.type = "button";
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      new Popup({ maxWidth: "22rem", focusAfterOpen: false }).setLngLat(one.at).setText(one.says).addTo(map);
    });
  }
  parted(map, kept);
}

function parted(map, kept) {
  const frame = map.getContainer().getBoundingClientRect();
  const taken = [];
  for (const element of kept.map((marker) => marker.getElement())) {
    const box = element.getBoundingClientRect();
    const isAway = box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom;
    const isHidden = isAway || taken.some((one) => box.left < one.right && box.right > one.left && box.top < one.bottom && box.bottom > one.top);
    element.classList.toggle("crowded", isHidden);
    if (!isHidden) taken.push(box);
  }
}

function layerBoxes(place, map, data, chosen) {
  const named = (data.layers ?? []).filter((one) => LAYERS[one.id]);
  const show = (id, is) => LAYERS[id].forEach((layer) => map.setLayoutProperty(layer, "visibility", is ? "visible" : "none"));
  document.getElementById(`${place.id}-layers`)?.remove();
  if (!named.length) return;
  const set = document.createElement("fieldset");
  const legend = document.createElement("legend");
  set.id = `${place.id}-layers`;
  set.className = "map-layers";
  legend.className = "quiet";
  legend.textContent = data.words?.layers ?? "Layers";
  set.append(legend);
  for (const one of named) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = one.id;
    box.checked = chosen.get(one.id) ?? one.on ?? true;
    label.className = "choice";
    label.append(box, one.label);
    box.addEventListener("change", () => {
      chosen.set(one.id, box.checked);
      show(one.id, box.checked);
    });
    set.append(label);
    show(one.id, box.checked);
  }
  place.before(set);
}

function popups(map) {
  const layers = ["site", "line-low", "line-high", "line-unknown", "share", "unknown"];
  const at = (point) => map.queryRenderedFeatures([[point.x - 3, point.y - 3], [point.x + 3, point.y + 3]], { layers })
    .sort((one, two) => layers.indexOf(one.layer.id) - layers.indexOf(two.layer.id))[0];
  map.on("click", (event) => {
    const found = at(event.point);
    if (found?.properties.text) new Popup({ maxWidth: "22rem", focusAfterOpen: false }).setLngLat(event.lngLat).setText(found.properties.text).addTo(map);
  });
  map.on("mousemove", (event) => { map.getCanvas().style.cursor = at(event.point) ? "pointer" : ""; });
}

/* Puts a map into a place whose `data-map` names a JSON block. Resolves when it is drawn. */
export async function begin(place, { json, word, toast }) {
  const shapes = await land();
  const first = json(place.dataset.map);
  const words = first.words ?? {};
  const [kept, chosen] = [[], new Map()];
  place.hidden = false;
  const map = new MapLibre({
    container: place, style: style(colours()), attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
    maxPitch: 0, minZoom: 0.4, maxZoom: 8, locale: {
      "Map.Title": words.title ?? "Map", "NavigationControl.ZoomIn": words.zoom_in ?? "Zoom in",
      "NavigationControl.ZoomOut": words.zoom_out ?? "Zoom out", "Popup.Close": words.close ?? "Close",
      "Marker.Title": "",
    },
    bounds: bounds(first.box), fitBoundsOptions: { padding: 16 }, refreshExpiredTiles: false, fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({}), "bottom-left");
  map.on("error", ({ error }) => console.warn(error));
  map.on("moveend", () => parted(map, kept));
  popups(map);

  const dress = () => {
    const colour = colours();
    if (map.hasImage("hatch")) map.updateImage("hatch", hatch(colour)); else map.addImage("hatch", hatch(colour), { pixelRatio: 2 });
    for (const layer of style(colour).layers) {
      for (const [name, value] of Object.entries(layer.paint)) if (name.includes("color")) map.setPaintProperty(layer.id, name, value);
    }
  };
  const update = (data) => {
    map.getSource("countries").setData(shares(data, shapes));
    map.getSource("lines").setData(lines(data));
    map.getSource("sites").setData(sites(data));
    labels(map, data, kept);
    layerBoxes(place, map, data, chosen);
  };
  await new Promise((done) => { if (map.isStyleLoaded()) done(); else map.once("style.load", done); });
  dress();
  map.getSource("land").setData(collection([...shapes.values()].map((coordinates) => feature({ type: "MultiPolygon", coordinates }, {}))));
  update(first);
  map.once("idle", () => {
    place.dataset.ready = "1";
    place.closest("figure")?.classList.add("map-alive");
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress);
  live.set(place.id, { place, update, json });
}

function bounds(box) {
  const [west, south, east, north] = box ?? [-140, -50, 178, 74];
  return new LngLatBounds([west, south], [east, north]);
}

/* A part of the page is replaced: its map moves into the new part and shows what stands there. */
document.addEventListener("provenet:replace", ({ detail: { old, fresh } }) => {
  for (const [id, { place }] of live) {
    if (!old.contains(place)) continue;
    const room = fresh.querySelector(`#${CSS.escape(id)}`);
    if (!room) { live.delete(id); continue; }
    place.dataset.map = room.dataset.map;
    room.replaceWith(place);
    fresh.querySelectorAll(`[data-map-open="${CSS.escape(id)}"]`).forEach((button) => { button.hidden = true; });
    place.closest("figure")?.classList.add("map-alive");
  }
});
document.addEventListener("provenet:replaced", ({ detail: { fresh } }) => {
  for (const { place, update, json } of live.values()) if (fresh.contains(place)) update(json(place.dataset.map));
});
