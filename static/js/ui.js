// What every page has: menus that close, messages that can be put away, questions before a step that cannot be
// taken back, forms that go out once, and word counters. Each page works without this file.

// Menus are <details>. Escape closes the open one and gives the focus back; so does a click elsewhere.
const menus = [...document.querySelectorAll("[data-menu]")];
const close = (menu, refocus) => {
  if (!menu.open) return;
  menu.open = false;
  if (refocus) menu.querySelector("summary").focus();
};
if (menus.length) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") menus.forEach((menu) => close(menu, menu.contains(document.activeElement)));
  });
  document.addEventListener("click", (event) => {
    menus.forEach((menu) => menu.contains(event.target) || close(menu, false));
  });
  for (const menu of menus) {
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) close(menu, false);
    });
  }
}

// Messages can be put away. The button is hidden until this script runs.
for (const button of document.querySelectorAll("[data-dismiss]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const notice = button.closest(".notice");
    const holder = notice.parentElement;
    notice.remove();
    if (holder?.classList.contains("flashes") && !holder.children.length) holder.hidden = true;
    document.getElementById("main")?.focus({ preventScroll: true });
  });
}

// After a form came back with problems, reading begins at the summary.
document.querySelector("[data-focus]")?.focus();

// data-confirm on a form: ask in a dialog first.
function ask(form) {
  const { confirm, confirmText, confirmYes, confirmNo } = form.dataset;
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const title = document.createElement("h2");
  title.id = "dialog-title";
  title.textContent = confirm;
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(title);
  if (confirmText) {
    const text = document.createElement("p");
    text.textContent = confirmText;
    dialog.append(text);
  }
  const row = document.createElement("form");
  row.method = "dialog";
  row.className = "form-actions";
  const button = (label, style, value) => {
    const made = document.createElement("button");
    made.className = `btn btn-${style}`;
    made.value = value;
    made.textContent = label;
    row.append(made);
    return made;
  };
  button(confirmYes || "OK", form.querySelector(".btn-danger") ? "danger" : "primary", "yes");
  button(confirmNo || "Cancel", "secondary", "no");
  dialog.append(row);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented) return;

  if (form.dataset.confirm && !form.dataset.confirmed) {
    event.preventDefault();
    if (await ask(form)) {
      form.dataset.confirmed = "yes";
      form.requestSubmit(event.submitter ?? undefined);
    }
    return;
  }

  // data-once: a second click does nothing. The server has its own guard; this only spares a confusing answer.
  if ("once" in form.dataset) {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  }
});

// A page that comes back out of the browser's history can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent], form[data-confirmed]")) {
    delete form.dataset.sent;
    delete form.dataset.confirmed;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  }
});

// data-words on a textarea: how many of the allowed words are used. The wording comes from the page, in the reader's language.
for (const area of document.querySelectorAll("textarea[data-words]")) {
  const counter = area.closest(".field")?.querySelector("[data-word-count]");
  if (!counter) continue;
  const max = Number(area.dataset.words);
  const count = () => {
    const n = area.value.trim() ? area.value.trim().split(/\s+/u).length : 0;
    const wording = n > max ? counter.dataset.over : counter.dataset.left;
    counter.textContent = wording.replace("{n}", n).replace("{max}", max).replace("{over}", n - max);
    counter.classList.toggle("over", n > max);
  };
  area.addEventListener("input", count);
  count();
}
