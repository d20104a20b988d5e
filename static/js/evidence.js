// The editor saves itself. Every field has a copy in this browser until the server has said that it keeps the text; so a lost
// connection, an expired session or a closed laptop loses nothing. A revision number keeps an older window from undoing a newer one.

const form = document.querySelector("[data-editor]");
const words = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), form.dataset[`words${name}`] ?? "");
const headers = () => ({ Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value });

const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const button = (label, act) => {
  const node = make("button", "btn btn-secondary btn-sm", label);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
};

// This browser's own memory; private windows may refuse it, and then the page still saves to the server.
const memory = {
  key: (name) => form.dataset.prefix + name,
  read(name) {
    try {
      return JSON.parse(localStorage.getItem(memory.key(name)));
    } catch {
      return null;
    }
  },
  write(name, value) {
    try {
      if (value === null) localStorage.removeItem(memory.key(name));
      else localStorage.setItem(memory.key(name), JSON.stringify(value));
    } catch {
      /* No room or no permission. */
    }
  },
};

// One place says how things stand as a whole. `open` holds the names of what is not saved yet.
const open = new Set();
// Of these, what waits for the writer: two texts to choose from, or an address that is none.
const blocked = new Set();
const overall = form.querySelector("[data-saved-all]");
let signedOut = false;
function tell(node, text, tone = "") {
  if (!node) return;
  node.textContent = text;
  node.dataset.tone = tone;
}
function tellAll() {
  if (signedOut) {
    if (overall.dataset.tone === "out") return;
    tell(overall, `${words("SignedOut")} `, "bad");
    const link = make("a", "", words("SignIn"));
    link.href = form.dataset.signIn;
    overall.append(link);
    overall.dataset.tone = "out";
  } else if (blocked.size) tell(overall, words("Blocked"), "bad");
  else if (open.size) tell(overall, words("Saving"), "busy");
  else tell(overall, words("Saved"));
}
function showProgress(html) {
  if (!html) return;
  const place = form.querySelector("[data-progress]");
  place.innerHTML = html;
  for (const line of place.querySelectorAll("[data-state-of]")) {
    const pill = form.querySelector(`[data-item="${CSS.escape(line.dataset.stateOf)}"] [data-state]`);
    const fresh = line.querySelector("[data-pill]");
    if (pill && fresh) pill.innerHTML = fresh.innerHTML;
  }
}

// The token of the form belongs to the session. After signing in again in another window it is a new one: fetch it, once.
async function renewToken() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin", redirect: "follow" });
  if (answer.redirected && new URL(answer.url).pathname !== location.pathname) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("[data-editor] [name=csrf_token]")?.value;
  if (!token || token === form.elements.csrf_token.value) return false;
  form.elements.csrf_token.value = token;
  return true;
}

// Send JSON. Answers {status, body}; status 0 is a lost connection, 401 a lost session.
async function send(url, method, body, again = true) {
  let answer;
  try {
    answer = await fetch(url, {
      method,
      headers: { ...headers(), ...(body ? { "Content-Type": "application/json" } : {}) },
      body: body ? JSON.stringify(body) : undefined,
      credentials: "same-origin",
      redirect: "manual",
    });
  } catch {
    return { status: 0, body: {} };
  }
  if (answer.type === "opaqueredirect") return { status: 401, body: {} };
  if ((answer.status === 400 || answer.status === 401) && again && (await renewToken().catch(() => false))) return send(url, method, body, false);
  signedOut = answer.status === 401;
  return { status: answer.status, body: await answer.json().catch(() => ({})) };
}

// Texts and links ---------------------------------------------------------------------------------------------------------

class Field {
  constructor(input) {
    this.input = input;
    this.name = input.name;
    const box = input.closest(".field");
    this.revisionInput = box.querySelector("[data-revision]");
    this.status = box.querySelector("[data-saved]");
    this.telling = box.querySelector("[data-telling]");
    this.notices = box.querySelector("[data-notices]");
    this.counter = box.querySelector("[data-count]");
    // After a page that could not keep a text, the field shows what was typed; it is saved when one writes on or presses Save.
    this.kept = "unsaved" in input.dataset ? null : input.value;
    this.held = this.kept === null;
    this.wait = 0;
    this.timer = 0;
    this.busy = false;
    input.addEventListener("input", () => this.changed());
    input.addEventListener("blur", () => this.isOpen && !this.held && this.saveSoon(0));
    this.count();
    if (this.held) open.add(this.name);
    else this.offerKept();
  }

  get revision() {
    return Number(this.revisionInput.value);
  }

  set revision(value) {
    this.revisionInput.value = value;
  }

  get isOpen() {
    return this.input.value !== this.kept;
  }

  changed() {
    this.held = false;
    if (!this.conflict) blocked.delete(this.name);
    this.count();
    if (this.isOpen) {
      open.add(this.name);
      memory.write(this.name, { text: this.input.value, revision: this.revision, at: Date.now() });
      this.saveSoon(900);
    } else this.settled();
    tellAll();
  }

  settled() {
    open.delete(this.name);
    memory.write(this.name, null);
  }

  saveSoon(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  async save() {
    if (this.busy || !this.isOpen || this.conflict) return;
    this.busy = true;
    const text = this.input.value;
    tell(this.status, words("Saving"), "busy");
    const { status, body } = await send(this.input.dataset.url, "PUT", { text, revision: this.revision });
    this.busy = false;
    if (status === 200) {
      this.wait = 0;
      this.revision = body.revision;
      this.kept = text;
      // The server may have tidied the text (an address gets its https://). It is shown unless one has written on meanwhile.
      if (this.input.value === text && this.input.matches("input")) this.input.value = this.kept = body.text;
      tell(this.status, body.saved);
      this.showTelling(body.telling);
      showProgress(body.progress);
      if (this.isOpen) this.saveSoon(300);
      else this.settled();
    } else if (status === 409 && body.current) {
      this.showConflict(body.current);
    } else if (status === 0 || status === 401 || status >= 500 || status === 429) {
      tell(this.status, status === 401 ? words("SignedOut") : words("Retry"), "bad");
      this.wait = Math.min((this.wait || 2000) * 2, 60000);
      this.saveSoon(this.wait);
    } else {
      // A refusal with a reason: it stands until the text changes, and the text stays here.
      blocked.add(this.name);
      tell(this.status, body.detail || body.title || words("Retry"), "bad");
    }
    tellAll();
  }

  count() {
    if (!this.counter) return;
    const { now, left, few, over } = this.counter.dataset;
    const [min, max] = [Number(this.counter.dataset.min), Number(this.counter.dataset.max)];
    const n = this.input.value.trim() ? this.input.value.trim().split(/\s+/u).length : 0;
    const wording = max && n > max ? over : min && n < min ? few : max ? left : now;
    this.counter.textContent = wording.replace("{n}", n).replace("{max}", max).replace("{min}", min).replace("{over}", n - max);
    this.counter.classList.toggle("over", Boolean(max && n > max));
  }

  showTelling(sentence) {
    if (!this.telling) return;
    this.telling.hidden = !sentence;
    this.telling.querySelector("span").textContent = sentence || "";
  }

  // Text that an earlier visit could not save.
  offerKept() {
    const found = memory.read(this.name);
    if (!found || found.text === this.input.value) {
      memory.write(this.name, null);
      return;
    }
    this.choose(words("Restored"), found.text, [
      [words("Use"), () => {
        this.input.value = found.text;
        this.changed();
      }],
      [words("Discard"), () => memory.write(this.name, null)],
    ]);
  }

  showConflict(current) {
    this.conflict = true;
    blocked.add(this.name);
    tell(this.status, "");
    this.choose(words("Conflict"), current.text, [
      [words("Mine"), () => {
        this.settle(current);
        this.saveSoon(0);
      }],
      [words("Other"), () => {
        this.settle(current);
        this.input.value = this.kept = current.text;
        this.settled();
        this.count();
        tellAll();
      }],
    ]);
  }

  settle(current) {
    this.conflict = false;
    this.revision = current.revision;
    blocked.delete(this.name);
    tellAll();
  }

  choose(sentence, text, choices) {
    const box = make("div", "kept");
    box.setAttribute("role", "group");
    const body = make("div", "kept-text", text);
    body.tabIndex = 0;
    const row = make("div", "row-flow");
    for (const [label, act] of choices) {
      row.append(button(label, () => {
        box.remove();
        act();
        this.input.focus();
      }));
    }
    box.append(make("p", "", sentence), body, row);
    this.notices.replaceChildren(box);
    this.notices.setAttribute("role", "alert");
  }
}

// Answers: statements, students in files, the change note -----------------------------------------------------------------

let answers = {};
let answersTimer = 0;
let answersWait = 0;

function answer(change) {
  for (const [kind, value] of Object.entries(change)) answers[kind] = typeof value === "object" ? { ...answers[kind], ...value } : value;
  open.add("answers");
  tellAll();
  clearTimeout(answersTimer);
  answersTimer = setTimeout(saveAnswers, 500);
}

async function saveAnswers() {
  const sent = answers;
  answers = {};
  const { status, body } = await send(form.dataset.answers, "PUT", sent);
  if (status === 200) {
    answersWait = 0;
    showProgress(body.progress);
    tell(form.querySelector('[data-saved="change_note"]'), "change_note" in sent ? body.saved : "");
    if (!Object.keys(answers).length) open.delete("answers");
    tellAll();
    return;
  }
  // Newer answers win over those that did not arrive.
  answers = { ...sent, ...answers, indicators: { ...sent.indicators, ...answers.indicators }, students: { ...sent.students, ...answers.students } };
  tellAll();
  if (status === 0 || status === 401 || status >= 500 || status === 429) {
    if (!signedOut) tell(overall, words("Retry"), "bad");
    answersWait = Math.min((answersWait || 2000) * 2, 60000);
    answersTimer = setTimeout(saveAnswers, answersWait);
  } else tell(overall, body.detail || body.title, "bad");
}

form.addEventListener("change", ({ target }) => {
  const { indicator, students } = target.dataset;
  if (indicator) answer({ indicators: { [indicator]: target.checked || null } });
  if (students) answer({ students: { [students]: target.value } });
});
form.querySelector('[data-answer="change_note"]')?.addEventListener("input", ({ target }) => answer({ change_note: target.value }));

// Files ---------------------------------------------------------------------------------------------------------------------

function showFiles(field, body) {
  field.querySelector("[data-files]").innerHTML = body.files;
  showProgress(body.progress);
}

// fetch cannot say how much of a body has gone; XMLHttpRequest can, and a film takes a while.
function upload(file, url, onProgress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file);
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => done({ status: request.status, body: request.response ?? {} }));
    request.addEventListener("error", () => done({ status: 0, body: {} }));
    request.send(body);
  });
}

async function uploadAll(input) {
  const box = input.closest("[data-upload]");
  const field = input.closest(".field");
  const place = box.querySelector("[data-upload-status]");
  const files = [...input.files];
  input.value = "";
  place.replaceChildren();
  for (const file of files) {
    // The server refuses what is too large, but a browser that is still sending may not hear it.
    const [size, most] = [Math.ceil(file.size / 1048576), Number(form.dataset.mostMb)];
    if (size > most) {
      place.append(make("p", "field-error", words("TooLarge", { name: file.name, size, most })));
      continue;
    }
    const name = `upload:${file.name}`;
    const line = make("p", "muted");
    const bar = make("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", file.name);
    line.textContent = words("Uploading", { name: file.name, percent: "0 %" });
    place.append(line, bar);
    open.add(name);
    const onProgress = (share) => {
      bar.value = share;
      line.textContent = share < 1 ? words("Uploading", { name: file.name, percent: `${Math.round(share * 100)} %` }) : words("Checking", { name: file.name });
      if (share === 1) bar.removeAttribute("value");
    };
    let result = await upload(file, box.dataset.upload, onProgress);
    if ((result.status === 400 || result.status === 401) && (await renewToken().catch(() => false))) result = await upload(file, box.dataset.upload, onProgress);
    open.delete(name);
    line.remove();
    bar.remove();
    if (result.status === 201) showFiles(field, result.body);
    else {
      signedOut = result.status === 401;
      place.append(make("p", "field-error", result.body.detail || result.body.title || words(signedOut ? "SignedOut" : "Retry")));
    }
    tellAll();
  }
}

form.addEventListener("change", ({ target }) => {
  if (target.matches("[data-file]")) uploadAll(target);
});

form.addEventListener("click", async (event) => {
  const remove = event.target.closest("[data-remove]");
  if (!remove) return;
  event.preventDefault();
  const field = remove.closest(".field");
  remove.setAttribute("aria-busy", "true");
  const { status, body } = await send(remove.dataset.remove, "POST");
  if (status === 200) {
    showFiles(field, body);
    field.querySelector("[data-file]").focus();
  } else {
    remove.removeAttribute("aria-busy");
    field.querySelector("[data-upload-status]").replaceChildren(make("p", "field-error", body.detail || body.title || words("Retry")));
  }
});

// All together ---------------------------------------------------------------------------------------------------------------

const fields = [...form.querySelectorAll("[data-text]")].map((input) => new Field(input));
document.documentElement.classList.add("has-script");
form.querySelector("[data-save-all]")?.addEventListener("click", (event) => {
  event.preventDefault();
  fields.forEach((field) => field.saveSoon(0));
  if (Object.keys(answers).length) saveAnswers();
  tellAll();
});
// "Look it over" sends the whole page, so nothing is left behind; the copies in this browser stay until the next page shows the text.
let leaving = false;
form.addEventListener("submit", () => (leaving = true));
addEventListener("beforeunload", (event) => {
  if (open.size && !leaving) event.preventDefault();
});
addEventListener("online", () => fields.forEach((field) => field.isOpen && field.saveSoon(0)));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") fields.forEach((field) => field.isOpen && field.saveSoon(0));
});
