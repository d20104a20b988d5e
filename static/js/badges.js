// Copy the link of a badge. The button is hidden until this script runs; without it the link can be selected and copied by hand.
for (const box of document.querySelectorAll("[data-copy]")) {
  const field = box.querySelector("input");
  const button = box.querySelector("button");
  const label = button.querySelector("span");
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Without https there is no clipboard to write to: then the text is selected, ready for the keyboard.
      field.focus();
      field.select();
      if (!document.execCommand("copy")) return;
    }
    const before = label.textContent;
    label.textContent = button.dataset.copied;
    setTimeout(() => (label.textContent = before), 2500);
  });
}
