// The review desk: a draft that keeps itself, keys that spare the mouse, and quotes from the evidence.
// Without this file the same form saves and hands in by its two buttons.

const form = document.querySelector("[data-desk]");
const words = form.dataset;
const state = form.querySelector("[data-saved-state]");
const cards = [...form.querySelectorAll("[data-criterion]")];
const evidence = document.getElementById("evidence");

// ---- What is typed is kept: in this browser at once, on the server a moment later.

const shelf = `laurel-review-${words.number}`;
const remember = (value) => {
  try {
    if (value === null) localStorage.removeItem(shelf);
    else localStorage.setItem(shelf, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing still has the server.
  }
};
const recall = () => {
  try {
    return JSON.parse(localStorage.getItem(shelf));
  } catch {
    return null;
  }
};
// Only what was touched here and not yet saved: another window may have changed the rest.
const touched = new Set();
const typed = () => Object.fromEntries([...new FormData(form)].filter(([name]) => touched.has(name)));
const shelve = () => remember(touched.size ? { revision: Number(form.elements.revision.value), typed: typed() } : null);

function say(text, bad = false, link = null) {
  state.textContent = text;
  state.classList.toggle("saved-bad", bad);
  if (link) {
    const a = document.createElement("a");
    a.href = link;
    a.textContent = "→";
    a.setAttribute("aria-label", text);
    state.append(" ", a);
  }
}

let timer = 0;
let dirty = false;
let busy = false;
let stopped = false;
let leaving = false;
let wait = 2000;

async function save() {
  if (busy || stopped || !dirty) return;
  busy = true;
  dirty = false;
  const sending = [...touched];
  touched.clear();
  say(words.saving);
  let answer = null;
  try {
    answer = await fetch(words.draft, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin" });
  } catch {
    // No connection: tried again below.
  }
  busy = false;
  if (answer?.ok) {
    const { revision, saved_at } = await answer.json();
    form.elements.revision.value = revision;
    wait = 2000;
    shelve();
    if (dirty) return later();
    return say(words.saved.replace("{time}", saved_at));
  }
  dirty = true;
  sending.forEach((name) => touched.add(name));
  shelve();
  if (answer === null || answer.status >= 500 || answer.status === 429) {
    say(words.offline, true);
    wait = Math.min(wait * 2, 60000);
    return later(wait);
  }
  stopped = true;
  if (answer.status === 401 || answer.status === 400) return say(words.signedOut, true, words.signIn);
  let problem = {};
  try {
    problem = await answer.json();
  } catch {
    // An answer without words is a refusal all the same.
  }
  return say(problem.type?.endsWith(":overtaken") ? words.elsewhere : problem.detail || words.refused, true);
}

function later(ms = 1200) {
  clearTimeout(timer);
  timer = setTimeout(save, ms);
}

function changed(name) {
  if (!name) return;
  dirty = true;
  touched.add(name);
  shelve();
  if (!stopped) later();
}

form.addEventListener("input", (event) => changed(event.target.name));
form.addEventListener("change", (event) => {
  changed(event.target.name);
  count();
});
window.addEventListener("online", () => later(0));
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && dirty && save());
window.addEventListener("beforeunload", (event) => {
  if (dirty && !leaving && !stopped) event.preventDefault();
});

// ---- How far along

const chosen = (card) => card.querySelector("input[type=radio]:checked");
function count() {
  const done = cards.filter(chosen).length;
  form.querySelector("[data-progress]").textContent = words.judged.replace("{done}", done).replace("{all}", cards.length);
  for (const card of cards) card.classList.toggle("is-judged", Boolean(chosen(card)));
}
count();

// What an earlier visit could not save comes back. Where another window has saved since, the reviewer says what becomes of it.
function putBack(kept) {
  for (const [name, value] of Object.entries(kept)) {
    const field = form.elements[name];
    if (!field) continue;
    field.value = value;
    changed(name);
  }
  count();
}
const kept = recall();
const differs = kept && Object.entries(kept.typed ?? {}).some(([name, value]) => form.elements[name] && form.elements[name].value !== value);
if (!differs) remember(null);
else if (!("typed" in words)) {
  if (kept.revision === Number(form.elements.revision.value)) {
    putBack(kept.typed);
    say(words.restored);
  } else {
    const offer = document.querySelector("[data-left-over]");
    offer.hidden = false;
    offer.querySelector("[data-put-back]").addEventListener("click", () => {
      offer.hidden = true;
      putBack(kept.typed);
    });
    offer.querySelector("[data-throw-away]").addEventListener("click", () => {
      offer.hidden = true;
      remember(null);
    });
  }
}

// ---- Handing in is asked about once.

const question = document.getElementById("hand-in");
form.querySelector("[data-hand-in]").addEventListener("click", (event) => {
  event.preventDefault();
  question.showModal();
});
question.querySelector("[data-close]").addEventListener("click", () => question.close());
form.addEventListener("submit", (event) => {
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  leaving = true;
  clearTimeout(timer);
  event.submitter?.setAttribute("aria-busy", "true");
  // The page that answers holds what was typed; a failed answer finds it here.
  shelve();
});
window.addEventListener("pageshow", () => {
  delete form.dataset.sent;
  leaving = false;
  document.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
});

// ---- One criterion after the other, its evidence beside it

let present = -1;
const wide = () => matchMedia("(min-width: 64em)").matches;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";

function go(to) {
  present = Math.max(0, Math.min(cards.length - 1, to));
  const card = cards[present];
  mark(card);
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "start", behavior: calm });
  const item = document.getElementById(card.dataset.item);
  if (item && wide()) evidence.scrollTo({ top: item.offsetTop - evidence.offsetTop - 56, behavior: calm });
}

function mark(card) {
  for (const other of cards) other.classList.toggle("is-present", other === card);
  for (const item of evidence.querySelectorAll(".evidence-item")) item.classList.toggle("is-present", item.id === card.dataset.item);
}

form.addEventListener("focusin", (event) => {
  const card = event.target.closest("[data-criterion]");
  if (card) {
    present = cards.indexOf(card);
    mark(card);
  }
});

// ---- Words marked in the evidence become the place that is pointed to.

let marked = "";
document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  const node = selection?.anchorNode;
  const inside = node && (node.nodeType === 1 ? node : node.parentElement)?.closest("[data-quotable]");
  if (inside && !selection.isCollapsed) marked = selection.toString().replace(/\s+/gu, " ").trim();
});
function quote(card) {
  if (!card) return;
  const field = card.querySelector("input[name^=pointer-]");
  if (!marked) return say(words.noWords);
  const room = field.maxLength - 2;
  field.value = `“${marked.length > room ? `${marked.slice(0, room - 1)}…` : marked}”`;
  changed(field.name);
  field.focus();
}
for (const button of form.querySelectorAll("[data-quote]")) {
  button.hidden = false;
  button.addEventListener("click", () => quote(button.closest("[data-criterion]")));
}

// ---- Keys. They can be switched off (WCAG 2.1.4), and do nothing while somebody is typing.

const help = document.getElementById("shortcuts");
const opener = document.querySelector("[data-shortcuts]");
const keys = help.querySelector("[data-keys]");
opener.hidden = false;
opener.addEventListener("click", () => help.showModal());
try {
  keys.checked = localStorage.getItem("laurel-keys") !== "off";
} catch {
  // Then they are on.
}
const hints = () => document.querySelectorAll(".key-hint").forEach((hint) => (hint.hidden = !keys.checked));
hints();
keys.addEventListener("change", () => {
  hints();
  try {
    localStorage.setItem("laurel-keys", keys.checked ? "on" : "off");
  } catch {
    // Then it holds for this page.
  }
});

function write() {
  const area = cards[present]?.querySelector("textarea");
  area?.focus();
  area?.setSelectionRange(area.value.length, area.value.length);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const at = event.target;
  const typing = at.matches("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])");
  if (typing) {
    if (event.key === "Escape") {
      at.blur();
      cards[present]?.focus({ preventScroll: true });
    }
    return;
  }
  if (!keys.checked) return;
  const level = /^[1-9]$/.test(event.key) && cards[present]?.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
  if (level) {
    level.checked = true;
    level.dispatchEvent(new Event("change", { bubbles: true }));
    if (level.dataset.passes === "no") write();
  } else if (event.key === "j") go(present + 1);
  else if (event.key === "k") go(present - 1);
  else if (event.key === "c") write();
  else if (event.key === "q") quote(cards[present]);
  else if (event.key === "?") help.showModal();
  else return;
  event.preventDefault();
});
