// Writing a micro-credential saves itself, says so, and adds, moves and removes rows without leaving the page. The server does the
// work in both cases: this file sends the same form that the buttons send, and puts the answer in place.

const WAIT = 1500; // milliseconds after the last key
const RETRY = 10000;
let form = document.querySelector("[data-author]");
const store = `laurel-draft:${location.pathname}`;
let timer = 0;
let dirty = false;
let stopped = false;
let saving = null;

const say = (text, bad = false) => {
  const line = form.querySelector("[data-autosave]");
  line.textContent = text;
  line.classList.toggle("is-bad", bad);
  // Only trouble is read out; a saved draft is nothing to be interrupted for.
  line.setAttribute("aria-hidden", String(!bad));
  if (bad) line.setAttribute("role", "alert");
  else line.removeAttribute("role");
};
const entries = () => [...new FormData(form)].filter(([name]) => name !== "csrf_token" && name !== "lock" && name !== "do");
const body = (act) => {
  const data = new URLSearchParams(entries());
  data.append("csrf_token", form.elements.csrf_token.value);
  data.append("lock", form.elements.lock.value);
  if (act) data.append("do", act);
  return data;
};
const keep = (sent = false) => {
  try {
    localStorage.setItem(store, JSON.stringify({ at: Date.now(), lock: form.elements.lock.value, sent, entries: entries() }));
  } catch {
    // A full or forbidden store: the server still has the last save.
  }
};
const forget = () => localStorage.removeItem(store);

async function freshToken() {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("[data-author] [name=csrf_token]");
  if (token) form.elements.csrf_token.value = token.value;
  return Boolean(token);
}

async function save(again = true) {
  if (stopped) return;
  if (saving) await saving;
  if (!dirty) return;
  dirty = false;
  say(form.dataset.saving);
  saving = (async () => {
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body: body("save"), headers: { Accept: "application/json" } });
    } catch {
      dirty = true;
      say(form.dataset.offline, true);
      timer = setTimeout(save, RETRY);
      return;
    }
    if (answer.ok) {
      const said = await answer.json();
      form.elements.lock.value = said.lock;
      const now = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit" }).format(new Date());
      say(form.dataset.saved.replace("{time}", now));
      const status = form.querySelector("[data-status] a, [data-status]");
      status.textContent = said.words;
      if (!dirty) forget();
    } else if (answer.status === 409) {
      const said = await answer.json();
      stopped = true;
      keep();
      say(said.message ?? said.detail ?? form.dataset.unsaved, true);
    } else if (answer.status === 400 && again) {
      // Signed in again in another tab: the token of this page is an old one.
      dirty = true;
      if (await freshToken().catch(() => false)) queueMicrotask(() => save(false));
      else say(form.dataset.signedOut, true);
    } else {
      dirty = true;
      say(answer.status === 401 || answer.status === 400 ? form.dataset.signedOut : form.dataset.offline, true);
      timer = setTimeout(save, RETRY);
    }
  })();
  await saving;
  saving = null;
}

function changed() {
  dirty = true;
  keep();
  clearTimeout(timer);
  if (!stopped) {
    say(form.dataset.unsaved);
    timer = setTimeout(save, WAIT);
  }
}

// Rows: the answer is the whole page; the form takes the new one's place, and the focus goes where the row went.
async function change(act) {
  clearTimeout(timer);
  if (saving) await saving;
  const folded = [...form.querySelectorAll("details[data-fold]:not([open])")].map((one) => one.dataset.fold);
  const answer = await fetch(form.action, { method: "POST", body: body(act), headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-author]");
  if (!fresh || !answer.ok) {
    // A colleague was faster, or the session ended: the ordinary way shows what to do.
    submitPlainly(act);
    return;
  }
  form.replaceWith(fresh);
  form = fresh;
  dirty = false;
  forget();
  prepare();
  for (const path of folded) form.querySelector(`details[data-fold="${CSS.escape(path)}"]`)?.removeAttribute("open");
  const row = document.getElementById(new URL(answer.url).searchParams.get("row") ?? "");
  if (row) {
    (act.startsWith("add") ? row.querySelector("input:not([type=hidden]), textarea, select") ?? row : row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "center" });
  }
}

function submitPlainly(act) {
  const hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = "do";
  hidden.value = act;
  form.append(hidden);
  form.submit();
}

function ask(question) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const title = document.createElement("h2");
  title.id = "remove-title";
  title.textContent = question;
  dialog.setAttribute("aria-labelledby", title.id);
  const row = document.createElement("form");
  row.method = "dialog";
  row.className = "form-actions";
  for (const [text, style, value] of [[form.dataset.yes, "danger", "yes"], [form.dataset.no, "secondary", "no"]]) {
    const button = document.createElement("button");
    button.className = `btn btn-${style}`;
    button.value = value;
    button.textContent = text;
    row.append(button);
  }
  dialog.append(title, row);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => dialog.addEventListener("close", () => { dialog.remove(); answer(dialog.returnValue === "yes"); }));
}

// An item shows only the limits its kind has. What is hidden is switched off, so it is not sent.
function fitKinds() {
  for (const select of form.querySelectorAll("select[name$='.kind']")) {
    for (const field of select.closest(".row-body")?.querySelectorAll(":scope > [data-only]") ?? []) {
      const fits = field.dataset.only.split(" ").includes(select.value);
      field.hidden = !fits;
      field.querySelectorAll("input").forEach((input) => (input.disabled = !fits));
    }
  }
  const rule = form.elements["pass_rule.kind"];
  const some = rule?.value === "core-plus";
  for (const field of [form.querySelector("[data-core]"), form.elements["pass_rule.optional_needed"]?.closest(".field")]) if (field) field.hidden = !some;
}

// The colour as a colour, and the badge as it will be.
function paint() {
  const text = form.querySelector(".color-field input");
  if (text && !form.querySelector(".color-field input[type=color]")) {
    const pick = document.createElement("input");
    pick.type = "color";
    pick.setAttribute("aria-label", document.querySelector(`label[for="${CSS.escape(text.id)}"]`)?.textContent ?? "");
    if (/^#[0-9a-f]{6}$/iu.test(text.value)) pick.value = text.value;
    pick.addEventListener("input", () => { text.value = pick.value; });
    pick.addEventListener("change", () => text.dispatchEvent(new Event("input", { bubbles: true })));
    text.addEventListener("input", () => { if (/^#[0-9a-f]{6}$/iu.test(text.value)) pick.value = text.value; });
    text.before(pick);
  }
}
let drawing = 0;
function draw() {
  clearTimeout(drawing);
  drawing = setTimeout(() => {
    const picture = form.querySelector("[data-badge]");
    const asked = new URLSearchParams();
    for (const [name, field] of [["design", "badge.design"], ["color", "badge.color"], ["title", "title"], ["issuer", "issuer"]]) asked.set(name, form.elements[field]?.value ?? "");
    picture.src = `${picture.dataset.badge}?${asked}`;
  }, 400);
}

function prepare() {
  fitKinds();
  paint();
  form.addEventListener("input", (event) => {
    if (event.target.type === "color") return;
    if (event.target.tagName === "SELECT") fitKinds();
    if (["title", "issuer", "badge.design", "badge.color"].includes(event.target.name)) draw();
    changed();
  });
  form.addEventListener("submit", async (event) => {
    const act = event.submitter?.value ?? "save";
    clearTimeout(timer);
    if (/^(?:add|remove|up|down) /u.test(act)) {
      event.preventDefault();
      const question = event.submitter.dataset.remove;
      const written = question && [...event.submitter.closest(".row-card").querySelectorAll("textarea, input:not([type=hidden]):not([type=checkbox])")].some((one) => one.value.trim());
      if (!written || (await ask(question))) await change(act).catch(() => submitPlainly(act));
    } else {
      stopped = true;
      keep(true);
    }
  });
}

// What a broken connection or an ended session left behind.
function offer() {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(store) ?? "null");
  } catch {
    forget();
  }
  if (!kept) return;
  // What was sent arrived if the draft has moved on since; it may look a little tidier now than when it was typed.
  const arrived = kept.sent && kept.lock !== form.elements.lock.value;
  if (arrived || JSON.stringify(kept.entries) === JSON.stringify(entries())) {
    forget();
    return;
  }
  const box = document.createElement("div");
  box.className = "notice tone-turn";
  box.setAttribute("role", "status");
  const inner = document.createElement("div");
  inner.className = "notice-body row-flow";
  const text = document.createElement("span");
  text.textContent = form.dataset.found.replace("{time}", new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" }).format(new Date(kept.at)));
  const button = (label, style, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `btn btn-${style} btn-sm`;
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };
  const restore = () => {
    const again = document.createElement("form");
    again.method = "post";
    again.action = form.action;
    for (const [name, value] of [...kept.entries, ["csrf_token", form.elements.csrf_token.value], ["lock", form.elements.lock.value], ["do", "save"]]) {
      const hidden = document.createElement("textarea");
      hidden.name = name;
      hidden.value = value;
      again.append(hidden);
    }
    again.hidden = true;
    document.body.append(again);
    forget();
    again.submit();
  };
  inner.append(text, button(form.dataset.restore, "primary", restore), button(form.dataset.forget, "secondary", () => { forget(); box.remove(); }));
  box.append(inner);
  form.before(box);
}

if (form) {
  prepare();
  offer();
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !stopped) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && dirty) save();
  });
}
