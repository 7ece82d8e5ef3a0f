// Virtual and augmented reality through WebXR: the scene in front of the wearer, to be taken in the hand and turned.

const SMALL_M = 0.3, ENLARGED = 3;

// Why there is no such session here; nothing where there can be one.
async function missingFor(mode) {
  if (!window.isSecureContext) return "needs HTTPS or this same computer: start it with rehabkit view --https CERT KEY";
  if (!navigator.xr) return "this browser has no WebXR: open the page in the headset's own browser, or in Chrome";
  try {
    return (await navigator.xr.isSessionSupported(mode)) ? "" : "no device for it was found on this computer";
  } catch (error) {
    return "the browser refuses it here";
  }
}

class Headset {
  constructor(renderer, space, camera) {
    this.renderer = renderer;
    this.space = space;
    this.camera = camera;
    this.held = []; // controllers that pull their trigger, or hands that pinch
  }

  // Must be called straight from a click: browsers refuse sessions that nobody asked for.
  async enter(mode, thing, radius, ended) {
    const session = await navigator.xr.requestSession(mode, {
      requiredFeatures: ["local-floor"], optionalFeatures: ["hand-tracking", "layers"],
    });
    this.thing = thing;
    const fog = this.space.fog;
    this.space.fog = null;
    const small = radius < SMALL_M;
    thing.scale.setScalar(small ? ENLARGED : 1);
    thing.position.set(0, small ? 1.3 : 1.0, small ? -0.8 : -1.2 - radius);
    this.renderer.xr.enabled = true;
    this.renderer.xr.setReferenceSpaceType("local-floor");
    this.sized();
    Object.assign(this.camera, { near: 0.02, far: 50 }); // metres from the wearer's eyes
    if (mode === "immersive-ar") this.renderer.setClearAlpha(0);
    const hands = [0, 1].map((i) => this.hand(i));
    session.addEventListener("end", () => {
      this.renderer.setAnimationLoop(null);
      this.renderer.xr.enabled = false;
      this.space.fog = fog;
      hands.forEach((one) => this.space.remove(one));
      this.held = [];
      ended();
    });
    try {
      await this.renderer.xr.setSession(session);
    } catch (error) {
      await session.end();
      throw error;
    }
    this.renderer.setAnimationLoop(() => this.drawn());
  }

  hand(i) {
    const one = this.renderer.xr.getController(i);
    const ray = new THREE.BufferGeometry().setFromPoints([new THREE.Vector3(), new THREE.Vector3(0, 0, -0.3)]);
    if (!one.userData.known) {
      one.userData.known = true;
      one.add(new THREE.Line(ray, new THREE.LineBasicMaterial({ color: "#7fa8c4" })));
      one.addEventListener("selectstart", () => this.taken(one));
      one.addEventListener("selectend", () => this.taken(null, one));
    }
    this.space.add(one);
    return one;
  }

  // One hand turns and carries it; with two, their distance scales it as well.
  taken(add, gone) {
    this.held = this.held.filter((one) => one !== gone && one !== add).concat(add || []);
    this.apart = this.held.length === 2 ? this.held[0].position.distanceTo(this.held[1].position) : 0;
    if (this.held.length) this.held[0].attach(this.thing);
    else this.space.attach(this.thing);
  }

  // three.js lets neither the lens nor the size of what they belong to change the size of points.
  sized() {
    this.thing.traverse((one) => {
      if (one.isPoints) one.material.size = one.userData.size * PERSPECTIVE * this.thing.scale.x;
    });
  }

  drawn() {
    if (this.held.length === 2 && this.apart > 0.02) {
      const apart = this.held[0].position.distanceTo(this.held[1].position);
      this.thing.scale.multiplyScalar(Math.max(0.9, Math.min(1.1, apart / this.apart)));
      this.apart = apart;
      this.sized();
    }
    this.renderer.render(this.space, this.camera);
  }
}
