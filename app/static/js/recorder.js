/* A voice note recorded on the page, put into the file field beside it. Without this, or without a microphone,
   the field takes a recording made elsewhere. Nothing leaves the page before the form is sent. */
(() => {
  "use strict";
  const kinds = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
  const able = window.MediaRecorder && navigator.mediaDevices && window.DataTransfer;
  const kind = able ? kinds.find((one) => MediaRecorder.isTypeSupported(one)) : "";
  if (!kind) return;

  const say = (box, key, seconds) => {
    const said = box.querySelector("[data-said]");
    said.textContent = said.dataset[key].replace("%s", seconds);
  };

  const keep = (box, parts, seconds) => {
    const file = new File(parts, kind.includes("mp4") ? "voice.m4a" : kind.includes("ogg") ? "voice.ogg" : "voice.webm", { type: kind });
    const bag = new DataTransfer();
    bag.items.add(file);
    document.getElementById(box.dataset.recorder).files = bag.files;
    say(box, "done", seconds);
  };

  const record = (box, stream) => {
    const start = box.querySelector("[data-start]"), stop = box.querySelector("[data-stop]");
    const recorder = new MediaRecorder(stream, { mimeType: kind, audioBitsPerSecond: 64000 });
    const parts = [];
    let seconds = 0;
    const tick = setInterval(() => {
      seconds += 1;
      if (seconds % 5 === 0) say(box, "recording", seconds);
      if (seconds >= Number(box.dataset.limit)) recorder.stop();
    }, 1000);
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      clearInterval(tick);
      stream.getTracks().forEach((track) => track.stop());
      start.hidden = false;
      stop.hidden = true;
      keep(box, parts, seconds);
      start.focus();
    });
    stop.onclick = () => recorder.state === "recording" && recorder.stop();
    start.hidden = true;
    stop.hidden = false;
    stop.focus();
    say(box, "recording", 0);
    recorder.start();
  };

  for (const box of document.querySelectorAll("[data-recorder]")) {
    box.hidden = false;
    box.querySelector("[data-start]").addEventListener("click", () => {
      navigator.mediaDevices.getUserMedia({ audio: true }).then((stream) => record(box, stream), () => say(box, "refused", ""));
    });
  }
})();
