/* data-share on a link: hands file, text and address to the phone's own sheet. Where the phone has none,
   a file is downloaded (the link's own work) and an address is copied. */
(() => {
  "use strict";
  const canShare = (data) => Boolean(navigator.share) && (!navigator.canShare || navigator.canShare(data));
  const fetched = async (address) => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error("no file");
    const blob = await answer.blob();
    const name = new URL(address, location.href).pathname.split("/").pop() || "story";
    const ending = "." + blob.type.split("/")[1].replace("jpeg", "jpg");
    return new File([blob], /\.\w+$/.test(name) ? name : name + ending, { type: blob.type });
  };
  /* Safari forgets the tap while a large file is fetched: fetch when the finger comes down. */
  const ready = new WeakMap();
  const prepare = (link) => {
    if (link.dataset.file && navigator.share && !ready.has(link)) {
      ready.set(link, fetched(link.dataset.file).catch(() => null));
    }
    return ready.get(link);
  };
  document.addEventListener("pointerdown", (event) => {
    const link = event.target.closest && event.target.closest("[data-share]");
    if (link) prepare(link);
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-share]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { title, text, url } = link.dataset;
    const data = {};
    if (title) data.title = title;
    if (text) data.text = text;
    if (url) data.url = new URL(url, location.href).href;
    if (!navigator.share) {
      if (!data.url || link.dataset.file || !window.septaine) return;
      event.preventDefault();
      try {
        await window.septaine.copy(data.url);
        window.septaine.say(link, link.dataset.copied);
      } catch {
        location.assign(link.href);
      }
      return;
    }
    event.preventDefault();
    const file = await prepare(link);
    const full = file ? { ...data, files: [file] } : data;
    if (link.dataset.file && !(file && canShare(full))) {
      location.assign(link.href);
      return;
    }
    try {
      await navigator.share(full);
      link.dispatchEvent(new CustomEvent("septaine:shared", { bubbles: true }));
    } catch (error) {
      if (error.name !== "AbortError") location.assign(link.href);
    }
  });
})();
