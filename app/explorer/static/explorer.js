// What a page does beyond being read: copying, pictures, and arrows in tables. Nothing depends on it.
import { picture } from "./picture.js";
import { arrows } from "./arrows.js";

for (const control of document.querySelectorAll(".needs-script")) control.hidden = false;
for (const table of document.querySelectorAll("table.matrix")) arrows(table);

const say = (near, text) => {
  const said = near.closest(".take")?.querySelector(".said");
  if (said) said.textContent = text;
};

// Over plain http on a network there is no clipboard: the text is selected, ready for Ctrl+C.
async function copy(text, button, shown) {
  try {
    await navigator.clipboard.writeText(text);
    say(button, "Copied.");
  } catch {
    if (shown) getSelection().selectAllChildren(shown);
    say(button, shown ? "Selected; press Ctrl+C." : text);
  }
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("copyLink" in button.dataset) await copy(location.href, button);
  if ("copy" in button.dataset) {
    const shown = button.parentElement.querySelector("code");
    await copy(shown.textContent, button, shown);
  }
  if (button.dataset.picture) {
    const kind = button.dataset.picture;
    const name = document.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 80);
    try {
      save(await picture(document.querySelector("[data-pictured]"), kind), `${name}.${kind}`);
      say(button, `${name}.${kind} saved.`);
    } catch (fault) {
      say(button, `No picture: ${fault.message}`);
    }
  }
});

// A panel closes on Escape and on a click beside it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest(".actions details[open]");
  if (open) {
    open.open = false;
    open.firstElementChild.focus();
  }
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(".actions details[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
