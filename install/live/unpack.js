// The worker that unpacks a module and compiles it: characters of seven bits, of LZMA (the
// .lzma form, with its size; Pavlov, "LZMA specification", 2015).
self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ module: await WebAssembly.compile(unpack(data)) });
  } catch (e) {
    self.postMessage({ error: String(e) });
  }
};
function unpack(text) {
  const src = new Uint8Array(text.length * 7 >> 3);
  for (let i = 0, n = 0, bits = 0, held = 0; i < text.length; i++) {
    held |= text.charCodeAt(i) << bits;
    bits += 7;
    if (bits >= 8) {
      src[n++] = held;
      held >>= 8;
      bits -= 8;
    }
  }
  const view = new DataView(src.buffer), size = view.getUint32(5, true), out = new Uint8Array(size);
  const lc = src[0] % 9, lp = (src[0] / 9 | 0) % 5, pb = src[0] / 45 | 0;
  // Where the probabilities of the kinds of bits begin.
  const isMatch = 0, isRep = 192, isRep0 = 204, isRep1 = 216, isRep2 = 228, isLong = 240, slots = 432, special = 688, align = 816,
    matchLength = 832, repLength = 1346, literals = 1860;
  const p = new Uint16Array(literals + (768 << (lc + lp))).fill(1024);
  // The range and the code stand in an array of their type: variables of functions would be
  // put on the heap, above 2^30.
  let at = 18;
  const r = Uint32Array.of(0xffffffff, view.getUint32(14));
  function more() {
    r[0] <<= 8;
    r[1] = r[1] << 8 | src[at++];
  }
  function bit(i) {
    const x = p[i], bound = Math.imul(r[0] >>> 11, x) >>> 0;
    let b = 0;
    if (r[1] < bound) {
      r[0] = bound;
      p[i] = x + (2048 - x >> 5);
    } else {
      r[0] -= bound;
      r[1] -= bound;
      p[i] = x - (x >> 5);
      b = 1;
    }
    if (r[0] < 0x1000000) more();
    return b;
  }
  function tree(base, bits) {
    let m = 1;
    for (let i = 0; i < bits; i++) m = m << 1 | bit(base + m);
    return m - (1 << bits);
  }
  function reverse(base, bits) {
    let m = 1, n = 0;
    for (let i = 0; i < bits; i++) {
      const b = bit(base + m);
      m = m << 1 | b;
      n |= b << i;
    }
    return n;
  }
  function direct(bits) {
    let n = 0;
    for (; bits > 0; bits--) {
      r[0] >>>= 1;
      n <<= 1;
      if (r[1] >= r[0]) {
        r[1] -= r[0];
        n |= 1;
      }
      if (r[0] < 0x1000000) more();
    }
    return n;
  }
  function length(base, near) {
    if (!bit(base)) return 2 + tree(base + 2 + 8 * near, 3);
    if (!bit(base + 1)) return 10 + tree(base + 130 + 8 * near, 3);
    return 18 + tree(base + 258, 8);
  }
  let state = 0, d0 = 0, d1 = 0, d2 = 0, d3 = 0;
  for (let n = 0; n < size;) {
    const near = n & (1 << pb) - 1;
    if (!bit(isMatch + 16 * state + near)) {
      const before = n ? out[n - 1] : 0, base = literals + 768 * (((n & (1 << lp) - 1) << lc) + (before >> 8 - lc));
      let symbol = 1;
      if (state >= 7) {
        let match = out[n - d0 - 1], m, b;
        do {
          m = match >> 7 & 1;
          match <<= 1;
          b = bit(base + (1 + m << 8) + symbol);
          symbol = symbol << 1 | b;
        } while (m === b && symbol < 256);
      }
      while (symbol < 256) symbol = symbol << 1 | bit(base + symbol);
      out[n++] = symbol;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let many;
    if (bit(isRep + state)) {
      if (!bit(isRep0 + state)) {
        if (!bit(isLong + 16 * state + near)) {
          state = state < 7 ? 9 : 11;
          out[n] = out[n - d0 - 1];
          n++;
          continue;
        }
      } else {
        let d = d1;
        if (bit(isRep1 + state)) {
          d = d2;
          if (bit(isRep2 + state)) {
            d = d3;
            d3 = d2;
          }
          d2 = d1;
        }
        d1 = d0;
        d0 = d;
      }
      many = length(repLength, near);
      state = state < 7 ? 8 : 11;
    } else {
      d3 = d2;
      d2 = d1;
      d1 = d0;
      many = length(matchLength, near);
      state = state < 7 ? 7 : 10;
      const slot = tree(slots + 64 * Math.min(many - 2, 3), 6);
      d0 = slot;
      if (slot >= 4) {
        const bits = (slot >> 1) - 1;
        d0 = (2 | slot & 1) << bits;
        if (slot < 14) d0 += reverse(special + d0 - slot, bits);
        else {
          d0 += direct(bits - 4) << 4;
          d0 += reverse(align, 4);
        }
      }
    }
    if (d0 >= n || n + many > size) throw new Error("the program is damaged");
    for (const end = n + many; n < end; n++) out[n] = out[n - d0 - 1];
  }
  return out;
}
