// One scene's numbers → things of three.js: points, joints with their spread, bones, the mattress, a grid.

const LEFT = "#0067a5", RIGHT = "#c8500a", CLOUD = "#8694a3";
const FOV_DEG = 30;
const PERSPECTIVE = Math.tan((FOV_DEG / 2) * Math.PI / 180);

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

// Files say little-endian; so is every machine with a browser.
function decoded(scene) {
  const points = new Float32Array(bytes(scene.points).buffer);
  const labels = new Uint16Array(bytes(scene.labels).buffer);
  return { ...scene, points, labels, colours: bytes(scene.colours), n: points.length / 3 };
}

// Lighter where the paper is dark, so that every colour keeps its contrast.
function toned(colour, dark) {
  const made = new THREE.Color(colour);
  return dark ? made.lerp(new THREE.Color("#ffffff"), 0.4) : made;
}

function sideColour(side, dark) {
  if (side) return toned(side === "left" ? LEFT : RIGHT, dark);
  return new THREE.Color(dark ? "#e6ebf0" : "#1c2733");
}

function drawnOn(width, height, draw) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  draw(canvas.getContext("2d"));
  const texture = new THREE.CanvasTexture(canvas);
  texture.minFilter = THREE.LinearFilter;
  return texture;
}

function discTexture(hollow) {
  return drawnOn(64, 64, (pen) => {
    pen.beginPath();
    pen.arc(32, 32, hollow ? 24 : 30, 0, 2 * Math.PI);
    pen.lineWidth = 12;
    pen.fillStyle = pen.strokeStyle = "#ffffff";
    if (hollow) pen.stroke(); else pen.fill();
  });
}

// By part, or as filmed; where a scene knows only one of them, by that.
function pointColours(scene, look) {
  const byPart = scene.labels.length && (look.paint === "parts" || !scene.colours.length);
  const colours = new Float32Array(3 * scene.n);
  const parts = scene.partNames.map((part) => toned(part.colour, look.dark));
  const one = toned(look.tint || CLOUD, look.dark);
  for (let i = 0; i < scene.n; i++) {
    if (!look.tint && byPart) one.copy(parts[scene.labels[i]]);
    else if (!look.tint && scene.colours.length) one.fromArray(scene.colours, 3 * i).multiplyScalar(1 / 255);
    one.toArray(colours, 3 * i);
  }
  return colours;
}

function shownPoints(scene, off) {
  const shown = [];
  for (let i = 0; i < scene.n; i++) {
    if (!scene.labels.length || !off.has(scene.partNames[scene.labels[i]].name)) shown.push(i);
  }
  return shown;
}

function pointsOf(scene, look) {
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.BufferAttribute(scene.points, 3));
  geometry.setAttribute("color", new THREE.BufferAttribute(pointColours(scene, look), 3));
  geometry.setIndex(shownPoints(scene, look.off));
  const material = new THREE.PointsMaterial({
    vertexColors: true, map: discTexture(false), alphaTest: 0.5, size: pointSize(scene, look.size),
  });
  const points = new THREE.Points(geometry, material);
  points.userData.size = material.size;
  return points;
}

// So large that neighbours touch if the points lie evenly on a ball; three.js leaves the lens out of a point's size.
function pointSize(scene, factor) {
  return factor * 1.4 * scene.radius / Math.sqrt(Math.max(scene.n, 300)) / PERSPECTIVE;
}

function stick(from, to, radius, material) {
  const along = new THREE.Vector3().subVectors(to, from);
  const mesh = new THREE.Mesh(new THREE.CylinderGeometry(radius, radius, along.length(), 8), material);
  mesh.position.addVectors(from, to).multiplyScalar(0.5);
  mesh.quaternion.setFromUnitVectors(new THREE.Vector3(0, 1, 0), along.normalize());
  mesh.renderOrder = 1;
  return mesh;
}

// The right side is dashed, so that sides can be told apart without colour.
function boneOf(scene, bone, look) {
  const group = new THREE.Group();
  const from = new THREE.Vector3(...scene.joints[bone.first].at), to = new THREE.Vector3(...scene.joints[bone.last].at);
  const colour = look.tint ? toned(look.tint, look.dark) : sideColour(bone.side, look.dark);
  const material = new THREE.MeshBasicMaterial({ color: colour, depthTest: false, transparent: true });
  const dashes = bone.side === "right" ? 5 : 1;
  for (let i = 0; i < dashes; i++) {
    const start = from.clone().lerp(to, i / dashes), end = from.clone().lerp(to, dashes === 1 ? 1 : (i + 0.6) / dashes);
    group.add(stick(start, end, 0.007 * scene.radius, material));
  }
  return group;
}

function jointOf(scene, joint, look) {
  const group = new THREE.Group();
  group.position.set(...joint.at);
  const colour = look.tint ? toned(look.tint, look.dark) : sideColour(joint.side, look.dark);
  const dot = new THREE.Sprite(new THREE.SpriteMaterial({ map: discTexture(joint.hidden), color: colour, depthTest: false }));
  dot.scale.setScalar(0.045 * scene.radius);
  dot.renderOrder = 2;
  group.add(dot);
  if (look.rings && joint.spread > 0) {
    const ball = new THREE.MeshBasicMaterial({ color: colour, transparent: true, opacity: 0.16, depthWrite: false });
    group.add(new THREE.Mesh(new THREE.SphereGeometry(joint.spread, 24, 16), ball));
  }
  if (look.names) group.add(nameOf(joint.name + (joint.hidden ? " (hidden)" : ""), look.dark));
  return group;
}

// Drawn on a picture, never written into the page: whatever a file calls its joints stays text.
function nameOf(name, dark) {
  const font = "600 26px Arial, sans-serif", height = 40;
  let width = 8;
  drawnOn(8, 8, (pen) => { pen.font = font; width = Math.min(Math.ceil(pen.measureText(name).width) + 16, 1024); });
  const texture = drawnOn(width, height, (pen) => {
    pen.font = font;
    pen.lineWidth = 7;
    pen.lineJoin = "round";
    pen.strokeStyle = dark ? "#12181f" : "#ffffff";
    pen.fillStyle = dark ? "#e6ebf0" : "#1c2733";
    pen.strokeText(name, 8, 29);
    pen.fillText(name, 8, 29);
  });
  const material = new THREE.SpriteMaterial({ map: texture, depthTest: false, sizeAttenuation: false });
  const sprite = new THREE.Sprite(material);
  sprite.center.set(-14 / width, 0.5);
  sprite.renderOrder = 3;
  sprite.userData.pixels = [width / 2, height / 2];
  return sprite;
}

function mattressOf(scene, look) {
  const corners = scene.bed.map((at) => new THREE.Vector3(...at));
  const group = new THREE.Group();
  const surface = new THREE.BufferGeometry().setFromPoints(corners);
  surface.setIndex(corners.slice(2).flatMap((_, i) => [0, i + 1, i + 2]));
  const cloth = new THREE.MeshBasicMaterial({
    color: look.dark ? "#3a4149" : "#ece7dc", side: THREE.DoubleSide, transparent: true, opacity: 0.6, depthWrite: false,
  });
  const edge = new THREE.LineBasicMaterial({ color: look.dark ? "#aab4bf" : "#5a6775" });
  group.add(new THREE.Mesh(surface, cloth));
  group.add(new THREE.LineLoop(new THREE.BufferGeometry().setFromPoints(corners), edge));
  return group;
}

// Upright and around its middle: y is up, z comes towards whoever looks from the front.
function thingOf(scene, look) {
  const inside = new THREE.Group();
  if (scene.n) inside.add(pointsOf(scene, look));
  if (look.joints) {
    for (const bone of scene.bones) inside.add(boneOf(scene, bone, look));
    for (const joint of scene.joints) inside.add(jointOf(scene, joint, look));
  }
  if (scene.bed.length > 2) inside.add(mattressOf(scene, look));
  inside.position.set(...(look.overlaid ? scene.anchor : scene.centre)).negate();
  const turned = new THREE.Group();
  const [a, b, c] = scene.rotation;
  turned.setRotationFromMatrix(new THREE.Matrix4().set(...a, 0, ...b, 0, ...c, 0, 0, 0, 0, 1));
  turned.add(inside);
  const outside = new THREE.Group();
  outside.add(turned);
  if (look.grid) {
    const grid = gridOf(scene, look);
    if (look.overlaid) grid.position.y -= scene.lift;
    outside.add(grid);
  }
  return outside;
}

// Squares of a round number of centimetres, under the lowest point.
function gridOf(scene, look) {
  const side = scene.grid, cells = 2 * Math.ceil(1.1 * scene.radius / side);
  const lines = look.dark ? "#3a4550" : "#cfd6dd";
  const grid = new THREE.GridHelper(cells * side, cells, lines, lines);
  grid.position.y = scene.floor;
  return grid;
}

function freed(thing) {
  thing.traverse((one) => {
    if (one.geometry) one.geometry.dispose();
    if (one.material) {
      if (one.material.map) one.material.map.dispose();
      one.material.dispose();
    }
  });
}
