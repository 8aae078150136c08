/* Solves one sum of the proof of work (ALTCHA 2, PBKDF2 with a counter) beside the page, so that typing stays quick.
   Receives a challenge, answers the proof as the form sends it; silent where the browser lacks the means. */
"use strict";
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (one) => one.toString(16).padStart(2, "0")).join("");
const solve = async ({ algorithm, cost, nonce, salt, keyLength, keyPrefix }) => {
  const hash = algorithm.split("/")[1];
  const password = new Uint8Array(20);
  password.set(bytes(nonce));
  const started = performance.now();
  for (let counter = 0; counter < 100000; counter += 1) {
    new DataView(password.buffer).setUint32(16, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derived = hex(await crypto.subtle.deriveBits({ name: "PBKDF2", hash, iterations: cost, salt: bytes(salt) }, key, keyLength * 8));
    if (derived.startsWith(keyPrefix)) return { counter, derivedKey: derived, time: performance.now() - started };
  }
  throw new Error("no solution");
};
self.addEventListener("message", async ({ data }) => {
  const solution = await solve(data.parameters);
  self.postMessage(btoa(JSON.stringify({ challenge: data, solution })));
});
